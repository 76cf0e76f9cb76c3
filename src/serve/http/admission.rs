//! Who gets past a route's door, decided before its handler or its body is looked at.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, web};

use super::error::ApiError;
use super::refusal;
use super::routes::Access;
use super::session;
use crate::serve::pages;
use crate::serve::state::State;

/// Lets in who `access` means. Hosts' and operators' tokens are their handlers' to check.
pub async fn admit(
    access: Access,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let is_for_browsers = matches!(access, Access::SignedIn | Access::SignedInPage);
    if is_for_browsers && let Err(refused) = admit_browser(access, &request).await {
        return Ok(request.into_response(refused));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

async fn admit_browser(access: Access, request: &ServiceRequest) -> Result<(), HttpResponse> {
    let state = request.app_data::<web::Data<State>>().expect("every application is made with its state");
    match session::current(request.request(), state).await {
        Ok(Some(signed_in)) => {
            request.extensions_mut().insert(signed_in);
            Ok(())
        }
        Ok(None) if access == Access::SignedInPage => Err(pages::redirect(&pages::next::sign_in_path(&pages::next::of(request.request())))),
        Ok(None) => Err(refusal(request.path(), &ApiError::SignedOut)),
        Err(error) => Err(refusal(request.path(), &error.into())),
    }
}
