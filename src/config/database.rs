//! Settings that say where a server keeps its data.

use std::path::PathBuf;

use anyhow::Result;

use super::serve::ServeFile;
use super::{file, paths};
use crate::cli::{AdminArgs, DatabaseArgs, PostgresArgs};
use crate::serve::DataPlace;
use crate::store::{Location, LocationError, ServerOptions};

/// Which server an admin command is for.
pub fn data_place(args: AdminArgs) -> Result<DataPlace> {
    let file: ServeFile = file::read(args.config.as_ref())?;
    place(args.data, args.database, &file)
}

/// The data folder, and the database unless that is the folder's own file.
pub fn place(data: Option<PathBuf>, args: DatabaseArgs, file: &ServeFile) -> Result<DataPlace> {
    let folder = data.or_else(|| file.data.clone()).map_or_else(|| paths::default_data("serve"), Ok)?;
    let options = ServerOptions {
        password_file: args.server.database_password_file.or_else(|| file.database_password_file.clone()),
        ca: args.server.database_ca.or_else(|| file.database_ca.clone()),
        connections: args.server.database_connections.or(file.database_connections),
    };
    let database = args.database.or_else(|| file.database.clone());
    Ok(DataPlace { folder, database: database.map(|url| location(&url, &options)).transpose()? })
}

/// One end of a move.
pub fn end_of_move(url: &str, args: &PostgresArgs) -> Result<Location> {
    let args = args.clone();
    let (password_file, ca, connections) = (args.database_password_file, args.database_ca, args.database_connections);
    Ok(location(url, &ServerOptions { password_file, ca, connections })?)
}

fn location(url: &str, options: &ServerOptions) -> Result<Location, LocationError> {
    Location::parse(url, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(database: Option<&str>) -> AdminArgs {
        let database = DatabaseArgs { database: database.map(str::to_owned), server: PostgresArgs::default() };
        AdminArgs { data: Some("/data".into()), config: None, database }
    }

    #[test]
    fn a_database_is_the_folders_own_unless_flag_or_file_name_one() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("serve.toml");
        std::fs::write(&path, "database = \"postgres://iroam@127.0.0.1/music\"\ndatabase_connections = 5").expect("written");
        assert_eq!(data_place(args(None)).expect("resolves").database, None);
        let from_file = data_place(AdminArgs { config: Some(path.clone()), ..args(None) }).expect("resolves");
        let options = ServerOptions { connections: Some(5), ..ServerOptions::default() };
        assert_eq!(from_file.database, Some(Location::parse("postgres://iroam@127.0.0.1/music", &options).expect("a URL")));
        let from_flag = data_place(AdminArgs { config: Some(path), ..args(Some("sqlite:/elsewhere.db")) }).expect("resolves");
        assert_eq!(from_flag.database, Some(Location::Sqlite("/elsewhere.db".into())));
    }

    #[test]
    fn a_password_in_the_url_is_refused_without_being_repeated() {
        let refused = data_place(args(Some("postgres://iroam:hunter2@127.0.0.1/music"))).expect_err("refused");
        let said = format!("{refused:#}");
        assert!(said.contains("--database-password-file") && !said.contains("hunter2"), "{said}");
    }
}
