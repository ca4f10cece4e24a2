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

/// A node itself, where it says something, and the alternatives it gives.
fn alternatives<'s>(root: &'s Value, node: &'s Value, out: &mut Vec<&'s Value>) {
    if let Some(r) = node["$ref"].as_str() {
        return alternatives(root, followed(root, r), out);
    }
    if node["properties"].is_object() || node["items"].is_object() || !node["anyOf"].is_array() {
        out.push(node);
    }
    let branches = ["then", "else"].iter().map(|b| &node[*b]).filter(|b| b.is_object());
    node["anyOf"].as_array().into_iter().flatten().chain(branches).for_each(|n| alternatives(root, n, out));
}

fn followed<'s>(root: &'s Value, reference: &str) -> &'s Value {
    root.pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("no {reference}"))
}

/// What a schema refuses in a value: the parts of JSON Schema that ours uses.
fn wrong(root: &Value, n: &Value, v: &toml::Value, at: &str) -> Option<String> {
    if let Some(r) = n["$ref"].as_str() {
        return wrong(root, followed(root, r), v, at);
    }
    let list = |key: &str| n[key].as_array().into_iter().flatten();
    if n["anyOf"].is_array() {
        let told: Option<Vec<String>> = list("anyOf").map(|x| wrong(root, x, v, at)).collect();
        if let Some(first) = told.and_then(|t| t.into_iter().next()) {
            return Some(first);
        }
    }
    // What stands deepest first: an editor underlines the key at fault, not the file.
    if let Some(told) = wrong_of(root, n, v, at).or_else(|| list("allOf").find_map(|x| wrong(root, x, v, at))) {
        return Some(told);
    }
    if n.get("not").is_some_and(|x| wrong(root, x, v, at).is_none()) {
        return Some(format!("{at}: what must not be there"));
    }
    let branch = n.get("if").map(|i| if wrong(root, i, v, at).is_none() { "then" } else { "else" });
    branch.and_then(|b| n.get(b)).and_then(|x| wrong(root, x, v, at))
}

fn wrong_of(root: &Value, n: &Value, v: &toml::Value, at: &str) -> Option<String> {
    let types: Vec<&str> = match &n["type"] {
        Value::String(t) => vec![t.as_str()],
        Value::Array(l) => l.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let (mine, text) = match v {
        toml::Value::String(s) => ("string", Some(s.clone())),
        toml::Value::Datetime(d) => ("string", Some(d.to_string())),
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
    if let Some(list) = n["enum"].as_array()
        && !list.iter().any(|o| match v {
            toml::Value::Boolean(b) => o == b,
            _ => text.as_ref().is_some_and(|t| o == t),
        })
    {
        return Some(format!("{at}: {v} is not in the list"));
    }
    if let (Some(p), Some(t)) = (n["pattern"].as_str(), &text)
        && !regex_lite::Regex::new(p).expect("a pattern of the schema").is_match(t)
    {
        return Some(format!("{at}: {t} is not written as it should be"));
    }
    if n["minLength"].as_u64().is_some_and(|least| text.as_ref().is_some_and(|t| (t.len() as u64) < least)) {
        return Some(format!("{at}: empty"));
    }
    match v {
        toml::Value::Array(items) => items.iter().find_map(|x| wrong(root, &n["items"], x, at)),
        toml::Value::Table(t) => {
            if n["minProperties"].as_u64().is_some_and(|least| (t.len() as u64) < least) {
                return Some(format!("{at}: empty"));
            }
            let names = n["propertyNames"]["enum"].as_array();
            if let Some(k) = t.keys().find(|k| names.is_some_and(|l| !l.iter().any(|o| o == *k))) {
                return Some(format!("{at}: unknown key {k}"));
            }
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

/// What no schema sees, by code or by folder of `tests/findings`, each with the reason.
const UNSEEN: [(&str, &[&str]); 6] = [
    (
        "a name of another table or another file",
        &[
            "L39",
            "L40-follows-no-value",
            "L40-misspelt-name",
            "L44",
            "L45-misspelt-option",
            "L45-not-in-the-list",
            "L46",
            "L49",
            "L50",
            "L52",
            "L53",
            "L54",
            "L55",
            "L57",
            "L70",
            "L73",
            "L74",
            "L75",
            "L76",
            "L77",
            "T05-case-names-nothing",
            "L68",
        ],
    ),
    (
        "what stands below an overlay",
        &[
            "L60",
            "L61-overlay-aims-at-nothing",
            "L61-overlay-moves-no-limit",
            "L61-aims-at-nothing-and-is-wrong",
            "L61-replaces-no-setting",
            "L62",
            "L63",
            "L64",
            "L66",
            "L27",
        ],
    ),
    (
        "the grammar, the kinds and the circles of formulas",
        &["L10-not-a-number", "L13", "L14", "L15", "L16", "L17", "L18", "L20", "L41", "L42", "L43", "L47", "L48", "L56", "L72"],
    ),
    (
        "two values that are each right by themselves, and the language of the pack",
        &["L21", "L25", "L26", "L28", "L35", "T06", "L03-label-in-another-language"],
    ),
    ("letters that an editor shows as they are", &["L19-not-utf8"]),
    ("the CSV files beside", &["L30", "L31", "L32", "L33"]),
];

fn is_unseen(folder: &str, entry: &str) -> bool {
    folder == entry || folder.split('-').next() == Some(entry)
}

#[test]
fn the_schema_refuses_what_the_compiler_refuses_as_far_as_it_can_see() {
    let root = the_schema();
    let mut told = Vec::new();
    let mut unseen = BTreeSet::new();
    for entry in std::fs::read_dir("tests/findings").expect("the folder of cases") {
        let case = entry.expect("a readable entry").file_name().to_string_lossy().into_owned();
        if case == "base" || !Path::new("tests/findings").join(&case).is_dir() {
            continue;
        }
        let files: Vec<TextFile> = ["pack", "overlay"]
            .iter()
            .map(|part| format!("tests/findings/{case}/{part}"))
            .filter(|part| Path::new(part).is_dir())
            .flat_map(|part| folder(&part))
            .filter(|f| f.path.ends_with(".toml"))
            .collect();
        let refused = files.iter().any(|f| match toml::from_str::<toml::Table>(&f.text) {
            // What is no TOML an editor refuses before any schema.
            Err(_) => true,
            Ok(doc) => wrong(&root, &root, &toml::Value::Table(doc), &f.path).is_some(),
        });
        let listed = UNSEEN.iter().flat_map(|u| u.1).find(|e| is_unseen(&case, e));
        match (refused, listed) {
            (false, None) => told.push(format!("{case}: the schema sees nothing, and nothing says why")),
            (true, Some(_)) => told.push(format!("{case}: refused, and listed as what a schema does not see")),
            (false, Some(e)) => {
                unseen.insert(*e);
            }
            (true, None) => {}
        }
    }
    for e in UNSEEN.iter().flat_map(|u| u.1).filter(|e| !unseen.contains(*e)) {
        told.push(format!("{e}: listed, and no folder shows it"));
    }
    told.sort();
    assert!(told.is_empty(), "{}", told.join("\n"));
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
        "[[control]]\nid = \"X-01\"\nseverity = \"J\"\n",
        "[[parameter]]\nid = \"x\"\nkind = \"rate\"\n[[parameter.value]]\nfrom = \"janvier\"\nvalue = \"0.1110\"\nsource = \"s\"\n",
        "[[parameter]]\nid = \"x\"\nkind = \"rate\"\n[[parameter.value]]\nfrom = 2020-01-01\nvalue = \"0.1110\"\nsource = \"s\"\ncertainty = \"sure\"\n",
        "[[fact]]\nid = \"x\"\nkind = \"text\"\nlabel = \"X\"\nrole = \"number\"\n",
        "[[fact]]\nid = \"x\"\nkind = \"money\"\nunit = \"euro\"\nlabel = \"X\"\n",
        "id = \"x\"\ncode = \"X\"\nkind = \"earning\"\n[[version]]\nfrom = 2020-01-01\nsource = \"s\"\namount = '1 EUR'\nround = \"cent\"\n",
    ] {
        let doc: toml::Table = toml::from_str(text).expect("TOML");
        assert!(wrong(&root, &root, &toml::Value::Table(doc), "file").is_some(), "{text}");
    }
}

/// The path of what a schema refuses, and the words for it: where an editor draws its line.
#[test]
fn a_mistake_is_told_at_the_key_at_fault() {
    let root = the_schema();
    let element = |more: &str| {
        format!(
            "id = \"x\"\ncode = \"X\"\nlabel = \"X\"\nkind = \"earning\"\n{more}\n[[version]]\nfrom = 2020-01-01\nsource = \"s\"\namount = '1 EUR'\n"
        )
    };
    let value = |line: &str| {
        format!("[[parameter]]\nid = \"x\"\nkind = \"rate\"\n[[parameter.value]]\nfrom = 2020-01-01\nsource = \"s\"\n{line}\n")
    };
    for (text, due) in [
        (value("value = \"60,00\""), "file.parameter.value.value:"),
        (value("value = 60.00"), "file.parameter.value.value:"),
        (value("value = \"60.00\"\ncertainty = \"sure\""), "file.parameter.value.certainty:"),
        (value(""), "file.parameter.value: value is missing"),
        (element("") + "round = \"centime\"\n", "file.version.round:"),
        (element(""), "file.version: round is missing"),
        (element("acount = \"1\"") + "round = \"cent\"\n", "file: unknown key acount"),
        (element("label2 = \"1\"") + "round = \"cent\"\n", "file: unknown key label2"),
        (element("section = { id = \"x\" }") + "round = \"cent\"\n", "file.section:"),
        ("[[fact]]\nid = \"x\"\nkind = \"text\"\nlabel = { de = \"X\" }\n".to_owned(), "file.fact.label: unknown key de"),
        ("[[replace]]\nsetting = \"x\"\ndefault = \"1\"\n".to_owned(), "file.replace: source is missing"),
        (
            "[[succeed]]\nelement = \"x\"\n[[succeed.version]]\nfrom = 2020-01-01\nsource = \"s\"\nround = \"cent\"\n".to_owned(),
            "file.succeed.version: amount is missing",
        ),
    ] {
        let doc: toml::Table = toml::from_str(&text).expect("TOML");
        let told = wrong(&root, &root, &toml::Value::Table(doc), "file").unwrap_or_default();
        assert!(told.starts_with(due), "{text}{told}");
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
