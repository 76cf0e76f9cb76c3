//! Who gets past a route's door, decided before its handler or its body is looked at; then its body, decided before its handler.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::Cookie;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, web};

use super::bodies;
use super::error::ApiError;
use super::paired_host;
use super::refusal;
use super::routes::{Access, Body};
use super::session;
use crate::serve::pages;
use crate::serve::state::State;

/// Lets in who `access` means. Operators' tokens are their handlers' to check.
pub async fn admit(
    access: Access,
    body: Body,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut renewed = None;
    if matches!(access, Access::SignedIn | Access::SignedInPage) {
        match admit_browser(access, &request).await {
            Ok(cookie) => renewed = cookie,
            Err(refused) => return Ok(request.into_response(refused)),
        }
    }
    if access == Access::HostToken {
        match paired_host::current(request.request(), state(&request)).await {
            Ok(host) => drop(request.extensions_mut().insert(host)),
            Err(error) => {
                let refused = refusal(request.path(), &error);
                return Ok(request.into_response(refused));
            }
        }
    }
    if let Body::UpTo(bytes_max) = body
        && let Err(refused) = read_body(&mut request, bytes_max).await
    {
        let refused = refusal(request.path(), &refused);
        return Ok(request.into_response(refused));
    }
    let mut response = next.call(request).await?.map_into_boxed_body();
    if let Some(cookie) = renewed {
        response.response_mut().add_cookie(&cookie).expect("a cookie of ours is a header's value");
    }
    Ok(response)
}

/// Handlers find the whole body there: none of them waits for a slow one.
async fn read_body(request: &mut ServiceRequest, bytes_max: usize) -> Result<(), ApiError> {
    let deadline = state(request).limits.body;
    let payload = request.take_payload();
    let body = bodies::read(request.headers(), payload, bytes_max, deadline).await?;
    request.set_payload(body.into());
    Ok(())
}

fn state(request: &ServiceRequest) -> &web::Data<State> {
    request.app_data().expect("every application is made with its state")
}

async fn admit_browser(access: Access, request: &ServiceRequest) -> Result<Option<Cookie<'static>>, HttpResponse> {
    let state = state(request);
    match session::current(request.request(), state).await {
        Ok(Some(signed_in)) => {
            let renewed = signed_in.renewed.clone();
            request.extensions_mut().insert(signed_in);
            Ok(renewed)
        }
        Ok(None) if access == Access::SignedInPage => Err(pages::redirect(&pages::next::sign_in_path(&pages::next::of(request.request())))),
        Ok(None) => Err(refusal(request.path(), &ApiError::SignedOut)),
        Err(error) => Err(refusal(request.path(), &error.into())),
    }
}
