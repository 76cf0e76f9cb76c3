use gstreamer as gst;
use gstreamer_app::AppSink;

use super::super::session::Session;
use crate::{net::stream::Incoming, protocol::Request};
