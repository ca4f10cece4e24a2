//! A pack with what it extends and the overlays a job names: found, read and checked as one.

use crate::ground::document::TextFile;
use crate::ground::{Finding, Severity};
use crate::rules::pack::{Pack, head_key};
use crate::rules::{compile, source};
use std::io;
use std::path::{Component, Path};

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
    /// Files of a pack or overlay by its name. `asked`: the one the command names, which `--rules` may be itself.
    fn find(&self, name: &str, asked: bool) -> io::Result<Vec<TextFile>> {
        let inner = Path::new(name);
        let within = inner.components().all(|c| matches!(c, Component::Normal(_)));
        if let Some(job) = self.job
            && within
            && job.join(inner).is_dir()
        {
            return source::folder(&job.join(inner));
        }
        if let Some(rules) = self.rules {
            if within && rules.join(inner).is_dir() {
                return source::folder(&rules.join(inner));
            }
            if asked || declared(&rules.join("pack.toml"), "id").as_deref() == Some(name) {
                return source::folder(rules);
            }
        }
        if inner.join("pack.toml").is_file() {
            return source::folder(inner);
        }
        Ok(source::embedded(name))
    }

    /// Adds a pack with everything it stands on. A name already in the stack is there.
    fn add(&self, name: &str, asked: bool, stack: &mut Stack) -> io::Result<()> {
        let files = self.find(name, asked)?;
        if files.is_empty() || stack.open.len() > DEEPEST || stack.open.iter().any(|o| o == name) {
            stack.findings.push(Finding::new("J01", Severity::Blocking).arg("pack", name));
            return Ok(());
        }
        let head = files.iter().find(|f| f.path.ends_with("/pack.toml")).map(|f| f.text.as_str()).unwrap_or_default();
        let id = head_key(head, "id").unwrap_or_else(|| name.to_owned());
        if stack.names.contains(&id) {
            return Ok(());
        }
        if let Some(base) = head_key(head, "extends")
            && !stack.names.contains(&base)
        {
            stack.open.push(name.to_owned());
            self.add(&base, false, stack)?;
            stack.open.pop();
        }
        stack.names.push(id);
        stack.layers.push(files);
        Ok(())
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
    let (pack, found) = compile::compile(layers);
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
