//! The command line in the person's language: help and mistakes. French unless `--lang en`, as everything else.

use super::{Cli, Said};
use crate::ground::{Lang, words};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory as _, FromArgMatches as _};
use std::collections::BTreeMap;
use std::ffi::OsString;

/// Per command, the French of what it does (`about`, `after`) and of each of its arguments.
type French = BTreeMap<String, BTreeMap<String, String>>;

const TEMPLATE: &str = "{about}\n\n{usage-heading} {usage}\n\n{all-args}{after-help}";

fn french() -> French {
    toml::from_str(include_str!("french.toml")).expect("french.toml is checked by a test")
}

/// The words of a command line as a command, or what there is to say instead: the help asked for, or the mistake.
///
/// # Errors
/// What to print, and the exit code: 0 for help and version, 2 for a mistake.
pub fn parse(arguments: Vec<OsString>) -> Result<Cli, Said> {
    let lang = lang_of(&arguments);
    let told = |e: clap::Error| match e.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Said { out: line_ended(&e), ..Said::default() },
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Said { err: line_ended(&e), code: 2, ..Said::default() },
        _ => Said { err: format!("releve: {}\n", mistake(&e, lang)), code: 2, ..Said::default() },
    };
    let matches = command(lang).try_get_matches_from(arguments).map_err(told)?;
    Cli::from_arg_matches(&matches).map_err(told)
}

fn line_ended(e: &clap::Error) -> String {
    e.render().to_string().trim_end().to_owned() + "\n"
}

/// The language that the arguments ask for, wherever they say it.
pub fn lang_of(arguments: &[OsString]) -> Lang {
    let mut words = arguments.iter().filter_map(|a| a.to_str());
    let mut asked = None;
    while let Some(word) = words.next() {
        if word == "--lang" {
            asked = words.next().and_then(Lang::parse);
        } else if let Some(value) = word.strip_prefix("--lang=") {
            asked = Lang::parse(value);
        }
    }
    asked.unwrap_or_default()
}

/// The whole command line with its help in one language.
fn command(lang: Lang) -> Command {
    let command = Cli::command().disable_help_subcommand(true);
    let mut command = match lang {
        Lang::En => command,
        Lang::Fr => in_french(command, "", &french()),
    };
    // The arguments that every command takes are spread over the commands here, so that their headings follow too.
    command.build();
    headed(command, lang)
}

fn in_french(command: Command, path: &str, french: &French) -> Command {
    let none = BTreeMap::new();
    let words = french.get(path).unwrap_or(&none);
    let mut command = command;
    if let Some(about) = words.get("about") {
        command = command.about(about.clone());
    }
    // Of a command below, `after` is an argument.
    if let Some(after) = words.get("after").filter(|_| path.is_empty()) {
        command = command.after_help(after.clone());
    }
    command.mut_args(|a| french_of(words, a.get_id().as_str()).map_or(a.clone(), |w| a.help(w))).mut_subcommands(|s| {
        let inner = format!("{path} {}", s.get_name());
        in_french(s, inner.trim_start(), french)
    })
}

/// `about` is taken by the command itself: an argument of that name is written `about_arg`.
fn french_of(words: &BTreeMap<String, String>, id: &str) -> Option<String> {
    words.get(if id == "about" { "about_arg" } else { id }).cloned()
}

fn headed(command: Command, lang: Lang) -> Command {
    let ui = |key| words::ui(key, lang);
    let mut command = command
        .help_template(TEMPLATE.replace("{usage-heading}", ui("ui.cli.usage")))
        .subcommand_help_heading(ui("ui.cli.commands"))
        .subcommand_value_name(ui("ui.cli.command"))
        .mut_args(|a| {
            let heading = if a.is_positional() { "ui.cli.arguments" } else { "ui.cli.options" };
            let a = match a.get_id().as_str() {
                "help" => a.help(ui("ui.cli.help")),
                "version" => a.help(ui("ui.cli.version")),
                _ => a,
            };
            let a = a.help_heading(ui(heading)).hide_default_value(true);
            // In the order in which they are written.
            let at = a.get_index();
            at.map_or(a.clone(), |i| a.display_order(i))
        });
    command = command.mut_subcommands(|s| headed(s, lang));
    command
}

/// A mistake on the command line as a sentence, and where to find help.
fn mistake(e: &clap::Error, lang: Lang) -> String {
    let text = |kind| match e.get(kind) {
        Some(ContextValue::String(s)) => s.clone(),
        Some(ContextValue::Strings(list)) => list.join(", "),
        Some(ContextValue::StyledStr(s)) => s.to_string(),
        Some(ContextValue::StyledStrs(list)) => list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let argument = text(ContextKind::InvalidArg);
    let value = text(ContextKind::InvalidValue);
    let (key, near) = match e.kind() {
        ErrorKind::UnknownArgument => ("ui.cli.unknown", text(ContextKind::SuggestedArg)),
        ErrorKind::InvalidSubcommand => ("ui.cli.no_command", text(ContextKind::SuggestedSubcommand)),
        ErrorKind::MissingRequiredArgument => ("ui.cli.missing", String::new()),
        ErrorKind::ArgumentConflict => ("ui.cli.conflict", String::new()),
        ErrorKind::InvalidValue if value.is_empty() => ("ui.cli.no_value", String::new()),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => ("ui.cli.value", String::new()),
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => ("ui.cli.number", String::new()),
        _ => ("ui.cli.other", String::new()),
    };
    let why = std::error::Error::source(e).map(ToString::to_string).unwrap_or_default();
    let why = if words::known(&why) { words::ui(&why, lang).to_owned() } else { why };
    let prior = text(ContextKind::PriorArg);
    let unknown = if e.kind() == ErrorKind::InvalidSubcommand { text(ContextKind::InvalidSubcommand) } else { argument };
    let said = words::fill(words::ui(key, lang), &[("argument", unknown), ("value", value), ("prior", prior), ("why", why)]);
    // Several that are hardly like it are no suggestion.
    let near =
        if near.is_empty() || near.contains(", ") { String::new() } else { words::fill(words::ui("ui.cli.near", lang), &[("near", near)]) };
    format!("{}{near}\n{}", said.trim_end(), words::ui("ui.cli.more", lang))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Arg;

    fn walk(command: &Command, path: &str, seen: &mut BTreeMap<String, Vec<String>>) {
        let mut keys: Vec<String> = command
            .get_arguments()
            .map(|a: &Arg| a.get_id().to_string())
            .map(|id| if id == "about" { "about_arg".to_owned() } else { id })
            .filter(|id| id != "help" && id != "version")
            .collect();
        keys.push("about".to_owned());
        if path.is_empty() {
            keys.push("after".to_owned());
        }
        keys.sort();
        seen.insert(path.to_owned(), keys);
        for sub in command.get_subcommands() {
            walk(sub, format!("{path} {}", sub.get_name()).trim_start(), seen);
        }
    }

    #[test]
    fn every_command_and_argument_has_its_french_and_no_other() {
        let mut of_types = BTreeMap::new();
        walk(&Cli::command(), "", &mut of_types);
        let written: BTreeMap<String, Vec<String>> =
            french().into_iter().map(|(path, words)| (path, words.into_keys().collect())).collect();
        assert_eq!(of_types, written);
    }

    fn said(words: &[&str]) -> Said {
        parse(std::iter::once("releve").chain(words.iter().copied()).map(OsString::from).collect()).expect_err("a help or a mistake")
    }

    #[test]
    fn help_speaks_the_language_asked_for() {
        let fr = said(&["run", "--help"]);
        assert!(fr.out.contains("Usage : releve run") && fr.out.contains("Ne pas écrire les bulletins PDF"), "{}", fr.out);
        assert!(!fr.out.contains("Print help") && !fr.out.contains("Leave out"), "{}", fr.out);
        let en = said(&["--lang", "en", "run", "--help"]);
        assert!(en.out.contains("Leave out the PDF payslips") && en.out.contains("Options:"), "{}", en.out);
        let diff = said(&["diff", "--help"]).out;
        let at = |word: &str| diff.find(word).expect("in the help");
        assert!(at("<BEFORE>  ") < at("<AFTER>   ") && diff.matches("Ceux d'après").count() == 1, "{diff}");
        let all = said(&["--help"]);
        assert!(all.out.contains("\nCommandes :\n") && !all.out.contains("  help "), "{}", all.out);
        assert_eq!((fr.code, en.code), (0, 0));
    }

    #[test]
    fn mistakes_are_sentences_that_name_what_to_write() {
        for (words, sentence) in [
            (&["runn", "x"][..], "la commande « runn » n'existe pas ; vouliez-vous dire « run » ?"),
            (&["run", "x", "--no-payslip"], "l'option « --no-payslip » n'existe pas ici ; vouliez-vous dire « --no-payslips » ?"),
            (&["new", "x"], "il manque : --month <MONTH>"),
            (
                &["new", "x", "--month", "décembre"],
                "« décembre » ne convient pas à « --month <MONTH> » : un mois s'écrit AAAA-MM (2021-12)",
            ),
            (&["run", "x", "--threads"], "l'option « --threads <THREADS> » attend une valeur"),
            (&["run", "x", "--threads", "abc"], "« abc » ne convient pas à « --threads <THREADS> » : un nombre entier est attendu"),
            (&["rules", "check", "--on", "hier"], "« hier » ne convient pas à « --on <DAY> » : un jour s'écrit AAAA-MM-JJ (2021-12-06)"),
            (&["replay", "x", "--write"], "il manque : --calibrate"),
        ] {
            let told = said(words);
            assert_eq!(told.code, 2);
            assert!(told.err.starts_with(&format!("releve: {sentence}\n")), "{}", told.err);
        }
        let en = said(&["new", "x", "--month", "december", "--lang", "en"]);
        assert!(
            en.err.starts_with("releve: “december” does not suit “--month <MONTH>”: a month is written YYYY-MM (2021-12)\n"),
            "{}",
            en.err
        );
    }
}
