use crate::serve::http; //~ forbidden_import host imports serve
use crate::store; //~ forbidden_import host imports store
use gstreamer_app::AppSrc; //~ foreign_crate gstreamer_app belongs to another room
use rusqlite::Connection;
