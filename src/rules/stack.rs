//! A pack with what it extends and the overlays a job names: found, read and checked as one.

use crate::ground::document::{TextFile, place, suggestion};
use crate::ground::{Finding, Severity};
use crate::rules::pack::{Pack, head_key, head_span};
use crate::rules::{compile, source};
use std::io;
use std::path::{Component, Path, PathBuf};

/// Where packs and overlays are looked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Library<'l> {
    /// `--rules DIR`: a folder of packs, or a pack itself.
    pub rules: Option<&'l Path>,
    /// The job folder, whose own folders may be overlays.
    pub job: Option<&'l Path>,
}

/// A stack of rules as read; sound when nothing forbids computing with it.
#[derive(Debug)]
pub struct Loaded {
    pub pack: Pack,
    pub findings: Vec<Finding>,
    pub sound: bool,
}

/// Deepest stack of overlays.
const DEEPEST: usize = 16;

impl Library<'_> {
    /// The folder of a pack or overlay by its name. `asked`: the one the command names, which `--rules` may be itself.
    fn folder(&self, name: &str, asked: bool) -> Option<PathBuf> {
        let inner = Path::new(name);
        let within = inner.components().all(|c| matches!(c, Component::Normal(_)));
        let beneath = |dir: Option<&Path>| dir.map(|d| d.join(inner)).filter(|d| within && d.is_dir());
        if let Some(found) = beneath(self.job).or_else(|| beneath(self.rules)) {
            return Some(found);
        }
        let itself = |rules: &&Path| asked || declared(&rules.join("pack.toml"), "id").as_deref() == Some(name);
        if let Some(rules) = self.rules.filter(itself) {
            return Some(rules.to_path_buf());
        }
        let no_such_pack = || source::embedded(name).is_empty();
        (inner.join("pack.toml").is_file() || (inner.is_dir() && no_such_pack())).then(|| inner.to_path_buf())
    }

    fn has(&self, name: &str) -> bool {
        self.folder(name, false).is_some() || !source::embedded(name).is_empty()
    }

    /// Adds a pack with everything it stands on. A name already in the stack is there.
    fn add(&self, name: &str, asked: bool, stack: &mut Stack) -> io::Result<()> {
        let folder = self.folder(name, asked);
        let files = folder.as_deref().map_or_else(|| Ok(source::embedded(name)), source::folder)?;
        let Some(head) = files.iter().position(|f| f.path.ends_with("/pack.toml")) else {
            stack.findings.push(absent(name, folder.is_some()));
            return Ok(());
        };
        if stack.open.len() > DEEPEST || stack.open.iter().any(|o| o == name) {
            stack.findings.push(Finding::new("J01", Severity::Blocking).arg("pack", name));
            return Ok(());
        }
        let text = files[head].text.as_str();
        let id = head_key(text, "id").unwrap_or_else(|| name.to_owned());
        if stack.names.contains(&id) {
            return Ok(());
        }
        if let Some(base) = head_key(text, "extends")
            && !stack.names.contains(&base)
        {
            stack.open.push(name.to_owned());
            self.add_below(&base, &files, head, stack)?;
            stack.open.pop();
        }
        stack.names.push(id);
        stack.layers.push(files);
        Ok(())
    }

    /// Adds what an overlay extends. A misspelt name is told by the overlay itself (L64), over the pack that was meant.
    fn add_below(&self, base: &str, files: &[TextFile], head: usize, stack: &mut Stack) -> io::Result<()> {
        if self.has(base) {
            return self.add(base, false, stack);
        }
        let packs = source::packs();
        if let Some(meant) = suggestion(base, packs.iter().map(String::as_str)) {
            return self.add(meant, false, stack);
        }
        let told = Finding::new("J01", Severity::Blocking).told("J01.extends").arg("pack", base).arg("options", packs.join(", "));
        let span = head_span(&files[head].text, "extends").unwrap_or(0..0);
        stack.findings.push(told.at(place(files, head as u16, &span)));
        Ok(())
    }
}

/// A name that no pack bears, or a folder that holds none.
fn absent(name: &str, is_folder: bool) -> Finding {
    let told = Finding::new("J01", Severity::Blocking).arg("pack", name);
    if is_folder {
        return told.told("J01.headless");
    }
    let packs = source::packs();
    match suggestion(name, packs.iter().map(String::as_str)) {
        Some(near) => told.told("J01.near").arg("near", near),
        None => told,
    }
}

#[derive(Default)]
struct Stack {
    names: Vec<String>,
    layers: Vec<Vec<TextFile>>,
    findings: Vec<Finding>,
    /// Names on the way down, so that a circle of `extends` ends.
    open: Vec<String>,
}

fn declared(path: &Path, what: &str) -> Option<String> {
    head_key(&std::fs::read_to_string(path).ok()?, what)
}

/// Reads a pack, everything it extends, and overlays on top of it, and checks them together.
///
/// # Errors
/// When a folder cannot be read.
pub fn load(name: &str, overlays: &[String], library: &Library<'_>) -> io::Result<Loaded> {
    let mut stack = Stack::default();
    library.add(name, true, &mut stack)?;
    for o in overlays {
        library.add(o, false, &mut stack)?;
    }
    let mut findings = stack.findings;
    let mut layers = stack.layers;
    keep_paths_apart(&mut layers);
    let (pack, mut found) = compile::compile(layers);
    if !findings.is_empty() {
        // What would be declared below is not missed: that there is nothing below has been told.
        found.retain(|f| f.code != "L66" && !compile::UNDECLARED.contains(&f.code.as_str()));
    }
    findings.extend(found);
    let sound = !findings.iter().any(|f| f.severity == Severity::Blocking);
    Ok(Loaded { pack, findings, sound })
}

/// Two folders of one name keep their files apart, so that a finding shows the right one.
fn keep_paths_apart(layers: &mut [Vec<TextFile>]) {
    for i in 1..layers.len() {
        let (below, above) = layers.split_at_mut(i);
        let taken = |path: &str| below.iter().flatten().any(|f| f.path == path);
        if above[0].iter().any(|f| taken(&f.path)) {
            for f in &mut above[0] {
                f.path = format!("{i}/{}", f.path);
            }
        }
    }
}
