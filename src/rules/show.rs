//! A finding about rule text as a person reads it: file, line, the text with a caret, and what to write instead.

use crate::ground::document::TextFile;
use crate::ground::{Finding, Lang, Place, Severity, words};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// Plain text, the same on every terminal.
pub fn carets(files: &[TextFile], f: &Finding, lang: Lang) -> String {
    let message = f.message(lang);
    let help = f.help(lang);
    let (level, name) = match f.severity {
        Severity::Blocking => (Level::ERROR, "ui.level_error"),
        Severity::Justify | Severity::Warning => (Level::WARNING, "ui.level_warning"),
        Severity::Information => (Level::NOTE, "ui.level_note"),
    };
    let level = level.with_name(words::ui(name, lang));
    let mut group = Group::with_title(level.primary_title(message).id(f.code.as_str()));
    for (i, place) in f.places.iter().enumerate() {
        let Place::Rule { file, start, end, .. } = place else { continue };
        let Some(text) = files.iter().find(|t| t.path == *file) else { continue };
        let kind = if i == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let span = *start..(*end).max(*start);
        group = group.element(Snippet::source(text.text.as_str()).path(file.as_str()).line_start(1).annotation(kind.span(span)));
    }
    if let Some(h) = help {
        group = group.element(Level::HELP.with_name(words::ui("ui.level_help", lang)).message(h));
    }
    let mut out = Renderer::plain().render(&[group]);
    out.push_str("\n\n");
    out
}
