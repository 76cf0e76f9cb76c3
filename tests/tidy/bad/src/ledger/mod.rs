use rusqlite; //~ foreign_crate rusqlite belongs to another room

use crate::{
    store::{Accounts, Writer}, //~ forbidden_import ledger imports store
    types::Money,
};

pub fn settle() {
    let _ = getrandom::fill(&mut []); //~ impure getrandom in a pure room: take it as an argument
    todo!() //~ unfinished todo!
}
