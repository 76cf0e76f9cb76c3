use quinn::SendStream; //~ foreign_crate quinn belongs to another room
use rusqlite::Connection; //~ foreign_crate rusqlite belongs to another room

pub fn answer() {
    crate::host::session::answer(); //~ forbidden_import serve imports host
    super::super::super::demo::run(); //~ forbidden_import serve imports demo
}
