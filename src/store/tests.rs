//! The catalogue.

use std::collections::HashSet;

use super::catalogue;

#[test]
fn every_statement_has_a_name_of_its_own() {
    let names: Vec<_> = catalogue().map(|statement| statement.name).collect();
    assert!(names.len() > 30);
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
}
