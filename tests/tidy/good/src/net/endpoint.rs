use quinn::Endpoint;
use super::super::auth::DeviceKey;
