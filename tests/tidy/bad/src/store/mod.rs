use crate::net::Tunnel; //~ forbidden_import store imports net
