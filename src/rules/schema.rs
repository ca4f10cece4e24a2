//! The JSON schema of rule files, for editors that complete and check TOML. `tests/rule_packs/schema.rs` holds it against the parser.

/// The schema as `releve rules schema` prints it.
pub const TEXT: &str = include_str!("../../rules/rule-file.schema.json");
