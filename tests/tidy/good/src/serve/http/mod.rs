use actix_web::web;

use crate::net;
use crate::store::Store;
