//! The JSON schema of rule files says what the parser says: every file of the packs validates, and the keys are the same.

use releve::ground::document::TextFile;
use releve::rules::{pack, schema, source};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn the_schema() -> Value {
    serde_json::from_str(schema::TEXT).expect("the schema is JSON")
}

fn folder(path: &str) -> Vec<TextFile> {
    source::folder(Path::new(path)).expect("rule files are UTF-8")
}

/// Every stack of rule files of the repository that compiles.
fn stacks() -> Vec<Vec<Vec<TextFile>>> {
    vec![
        vec![source::embedded("fr-fpt"), folder("samples/deliberation/regles")],
        vec![folder("tests/findings/base"), folder("tests/data/every-key")],
    ]
}

/// Follows `$ref` and gathers the alternatives of a node.
fn alternatives<'s>(root: &'s Value, node: &'s Value, out: &mut Vec<&'s Value>) {
    if let Some(r) = node["$ref"].as_str() {
        let target = root.pointer(r.trim_start_matches('#')).unwrap_or_else(|| panic!("no {r}"));
        return alternatives(root, target, out);
    }
    match node["anyOf"].as_array() {
        Some(list) => list.iter().for_each(|n| alternatives(root, n, out)),
        None => out.push(node),
    }
}

fn wrong(root: &Value, node: &Value, v: &toml::Value, at: &str) -> Option<String> {
    let mut all = Vec::new();
    alternatives(root, node, &mut all);
    let told: Vec<String> = all.iter().map(|n| wrong_of(root, n, v, at)).collect::<Option<_>>()?;
    told.into_iter().next()
}

fn wrong_of(root: &Value, n: &Value, v: &toml::Value, at: &str) -> Option<String> {
    let types: Vec<&str> = match &n["type"] {
        Value::String(t) => vec![t.as_str()],
        Value::Array(l) => l.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let (mine, text) = match v {
        toml::Value::String(s) => ("string", Some(s.as_str())),
        toml::Value::Datetime(_) => ("string", None),
        toml::Value::Boolean(_) => ("boolean", None),
        toml::Value::Integer(_) => ("integer", None),
        toml::Value::Float(_) => ("number", None),
        toml::Value::Array(_) => ("array", None),
        toml::Value::Table(_) => ("object", None),
    };
    if !types.is_empty() && !types.contains(&mine) {
        return Some(format!("{at}: {mine} where {types:?} is due"));
    }
    if n["format"] == "date" && !matches!(v, toml::Value::Datetime(_)) {
        return Some(format!("{at}: not a date"));
    }
    if let (Some(list), Some(t)) = (n["enum"].as_array(), text)
        && !list.iter().any(|o| o == t)
    {
        return Some(format!("{at}: {t} is not in the list"));
    }
    match v {
        toml::Value::Array(items) => items.iter().find_map(|x| wrong(root, &n["items"], x, at)),
        toml::Value::Table(t) => {
            let missing = n["required"].as_array().into_iter().flatten().filter_map(Value::as_str).find(|k| !t.contains_key(*k));
            if let Some(k) = missing {
                return Some(format!("{at}: {k} is missing"));
            }
            t.iter().find_map(|(k, x)| match (n["properties"].get(k), &n["additionalProperties"]) {
                (Some(p), _) => wrong(root, p, x, &format!("{at}.{k}")),
                (None, Value::Bool(false)) => Some(format!("{at}: unknown key {k}")),
                (None, p) if p.is_object() => wrong(root, p, x, &format!("{at}.{k}")),
                (None, _) => None,
            })
        }
        _ => None,
    }
}

#[test]
fn every_rule_file_validates() {
    let root = the_schema();
    let mut told = Vec::new();
    let mut files = 0;
    for f in stacks().into_iter().flatten().flatten().filter(|f| f.path.ends_with(".toml")) {
        let doc: toml::Table = toml::from_str(&f.text).expect("rule files are TOML");
        files += 1;
        told.extend(wrong(&root, &root, &toml::Value::Table(doc), &f.path));
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert!(files > 80, "only {files} files");
}

#[test]
fn a_mistake_does_not_validate() {
    let root = the_schema();
    for text in [
        "id = \"x\"\ncode = \"X\"\nkind = \"earning\"\namout = 'a'\n[[version]]\nfrom = 2020-01-01\nsource = \"s\"\nround = \"cent\"\n",
        "[[parameter]]\nid = \"x\"\nkind = \"rate\"\n[[parameter.value]]\nfrom = 2020-01-01\nvalue = 0.1110\nsource = \"s\"\n",
        "[[parameter]]\nid = \"x\"\nkind = \"rate\"\n[[parameter.value]]\nfrom = 2020-01-01\nvalue = \"0.1110\"\n",
        "[[control]]\nid = \"X-01\"\nseverity = \"X\"\n",
    ] {
        let doc: toml::Table = toml::from_str(text).expect("TOML");
        assert!(wrong(&root, &root, &toml::Value::Table(doc), "file").is_some(), "{text}");
    }
}

/// Every key the schema has at each path that the parser knows.
fn schema_keys(root: &Value, path: &str) -> BTreeSet<String> {
    let mut here = Vec::new();
    alternatives(root, root, &mut here);
    for segment in path.split('.').filter(|s| !s.is_empty()) {
        let mut next = Vec::new();
        for n in here {
            let mut found = Vec::new();
            if let Some(p) = n["properties"].get(segment) {
                alternatives(root, p, &mut found);
            }
            for f in found {
                if f["items"].is_object() {
                    alternatives(root, &f["items"], &mut next);
                } else {
                    next.push(f);
                }
            }
        }
        here = next;
    }
    here.iter().filter_map(|n| n["properties"].as_object()).flat_map(|p| p.keys().cloned()).collect()
}

#[test]
fn the_schema_and_the_parser_know_the_same_keys() {
    let root = the_schema();
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for stack in stacks() {
        for (path, keys) in pack::keys_of(stack) {
            known.entry(path).or_default().extend(keys.into_iter().map(str::to_owned));
        }
    }
    assert!(known.len() > 20, "the parser was not watched");
    for path in
        ["restrict", "replace.version", "succeed.value", "succeed.version.exception", "value.version.exception", "version.exception"]
    {
        assert!(known.contains_key(path), "no file asks for {path}");
    }
    let mut told = Vec::new();
    for (path, keys) in &known {
        let theirs = schema_keys(&root, path);
        told.extend(keys.difference(&theirs).map(|k| format!("the parser knows {path}.{k}, the schema does not")));
        told.extend(theirs.difference(keys).map(|k| format!("the schema knows {path}.{k}, the parser does not")));
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}
