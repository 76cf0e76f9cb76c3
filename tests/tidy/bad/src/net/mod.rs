use actix_web::web::Bytes; //~ foreign_crate actix_web belongs to another room

use super::store::Store; //~ forbidden_import net imports store

use crate::ledger::Tariff; //~ forbidden_import net imports ledger
