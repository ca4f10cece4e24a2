//! Process edge: arguments in, findings printed, exit code out.

#![forbid(unsafe_code)]

use indicatif::{ProgressBar, ProgressStyle};
use releve::cli::{self, failure, spoken, told};
use std::borrow::Cow;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

/// Most of a run is many small rows and lines on two threads or more: the system's allocator takes a sixth of it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Bar of the stage at hand, shown only on a terminal and only once a second has passed.
static BAR: LazyLock<Mutex<Option<(String, Instant, ProgressBar)>>> = LazyLock::new(|| Mutex::new(None));

fn progress(stage: &str, done: u64, of: u64) {
    if !std::io::stderr().is_terminal() {
        return;
    }
    let Ok(mut slot) = BAR.lock() else { return };
    if slot.as_ref().is_none_or(|s| s.0 != stage) {
        if let Some((_, _, bar)) = slot.take() {
            bar.finish_and_clear();
        }
        *slot = Some((stage.to_owned(), Instant::now(), ProgressBar::hidden()));
    }
    let Some((name, since, bar)) = slot.as_mut() else { return };
    if bar.is_hidden() && since.elapsed() > Duration::from_secs(1) {
        *bar = ProgressBar::new(of);
        if let Ok(style) = ProgressStyle::with_template("{msg:<10} {bar:40} {pos}/{len} {eta}") {
            bar.set_style(style);
        }
        bar.set_message(name.clone());
    }
    bar.set_length(of);
    bar.set_position(done);
    if done >= of {
        bar.finish_and_clear();
    }
}

/// A text as wide as the terminal; whatever is no terminal gets it as it is.
fn on<'t>(term: &console::Term, text: &'t str) -> Cow<'t, str> {
    let width = term.is_term().then(|| term.size_checked()).flatten();
    width.map_or(Cow::Borrowed(text), |(_, columns)| Cow::Owned(told::folded(text, usize::from(columns))))
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let lang = spoken::lang_of(&arguments);
    let ran = match spoken::parse(arguments) {
        Ok(cli) => cli::execute(&cli, progress),
        Err(said) => Ok(said),
    };
    match ran {
        Ok(said) => {
            // A closed pipe is the reader's choice, not a failure.
            let _ = std::io::stderr().write_all(on(&console::Term::stderr(), &said.err).as_bytes());
            let _ = std::io::stdout().write_all(on(&console::Term::stdout(), &said.out).as_bytes());
            ExitCode::from(said.code)
        }
        Err(e) => {
            let _ = writeln!(std::io::stderr(), "releve: {}", failure::told(&e, lang));
            ExitCode::from(2)
        }
    }
}
