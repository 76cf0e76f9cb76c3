use iroam::{host, serve};
