//! `admit azure scopes map`: which permissions of Microsoft Entra ID take the place of the scopes. Nothing is sent.

use std::io::{self, IsTerminal as _, Read as _};

use admit::Environment;
use admit::provider::Settings;
use admit_migration::scopes::{self, MappedScope, Note, Outcome, Purpose, ScopePlan, Severity};
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::output::{self, Format, Row};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Map(Map),
}

/// Maps scopes to the fewest permissions in Microsoft Entra ID that allow the same
///
/// Without a SCOPE they are read from standard input, and if that is empty from AUTH_AZURE_DEVOPS_SCOPE. Nothing is sent
/// over the network.
///
/// The result names two forms of a request, of which an application uses one: the scopes one by one, or .default for all
/// that is ticked in the registration. Ends with 1 if a scope has no place in Entra ID, or only somebody can decide which.
#[derive(Debug, Args)]
pub(crate) struct Map {
    /// Scopes as they are configured, one by one or several in one argument
    #[arg(value_name = "SCOPE")]
    scopes: Vec<String>,
    /// vso.profile is there to sign people in, and for no call
    #[arg(long)]
    sign_in_only: bool,
    /// The application calls Azure DevOps for itself, with nobody signed in
    #[arg(long, conflicts_with = "sign_in_only")]
    app_only: bool,
    /// How the result is written; csv has the scopes alone
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// All there is to say, for programs.
#[derive(Debug, Serialize)]
struct Report<'a> {
    complete: bool,
    explicit: Vec<String>,
    default_form: Vec<String>,
    permissions: Vec<&'a str>,
    scopes: Vec<Line<'a>>,
    notes: Vec<Remark<'a>>,
}

/// The end of the table.
#[derive(Debug, Serialize)]
struct Summary {
    tick_in_the_registration: String,
    ask_for: String,
    or_ask_for: String,
    complete: bool,
}

/// One scope.
#[derive(Debug, Serialize)]
struct Line<'a> {
    scope: &'a str,
    outcome: &'static str,
    by: Option<&'static str>,
    severity: Option<&'static str>,
    notes: String,
}

#[derive(Debug, Serialize)]
struct Remark<'a> {
    severity: &'static str,
    kind: &'static str,
    scope: Option<&'a str>,
    text: String,
}

impl Row for Line<'_> {
    const COLUMNS: &'static [&'static str] = &["scope", "outcome", "by", "severity", "notes"];
}

pub(crate) fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Map(map) => map.run(),
    }
}

impl Map {
    fn run(self) -> Result<Exit, Failure> {
        let purpose = match (self.sign_in_only, self.app_only) {
            (true, _) => Purpose::SignIn,
            (false, true) => Purpose::Application,
            (false, false) => Purpose::Calls,
        };
        let plan = scopes::map(&given(self.scopes)?, purpose);
        write(&mut io::stdout(), self.format, &plan).map_err(Failure::Output)?;
        Ok(if plan.is_complete() { Exit::Done } else { Exit::Left })
    }
}

/// Those of the command, else of standard input, else of the environment.
fn given(arguments: Vec<String>) -> Result<Vec<String>, Failure> {
    if !arguments.is_empty() {
        return Ok(arguments);
    }
    let mut text = String::new();
    if !io::stdin().is_terminal() {
        io::stdin()
            .take(LONGEST)
            .read_to_string(&mut text)
            .map_err(|error| Failure::Environment(format!("standard input cannot be read: {error}")))?;
    }
    if text.trim().is_empty() {
        let environment = Environment::process();
        let scopes = Settings::new("azure-devops", &environment).get("SCOPE");
        text = scopes.map(str::to_owned).ok_or_else(|| {
            Failure::Environment(
                "there are no scopes; give them to the command, to standard input, or in AUTH_AZURE_DEVOPS_SCOPE"
                    .to_owned(),
            )
        })?;
    }
    Ok(vec![text])
}

fn write(to: &mut impl io::Write, format: Format, plan: &ScopePlan) -> io::Result<()> {
    let lines: Vec<Line<'_>> = plan.mapped().iter().map(|mapped| line(plan, mapped)).collect();
    match format {
        Format::Csv => output::rows(to, format, &lines),
        Format::Json => {
            let report = Report {
                complete: plan.is_complete(),
                explicit: plan.explicit(),
                default_form: plan.default_form(),
                permissions: plan.permissions(),
                scopes: lines,
                notes: plan.notes().iter().map(remark).collect(),
            };
            output::write(to, format, &report)
        }
        Format::Table => {
            output::rows(to, format, &lines)?;
            for note in plan.notes().iter().filter(|note| note.scope().is_none()) {
                writeln!(to, "\n{note}")?;
            }
            writeln!(to)?;
            let joined = |scopes: Vec<String>| if scopes.is_empty() { NONE.to_owned() } else { scopes.join(" ") };
            let (explicit, default_form) = (plan.explicit(), plan.default_form());
            let is_another = default_form != explicit;
            let summary = Summary {
                tick_in_the_registration: joined(plan.permissions().into_iter().map(str::to_owned).collect()),
                ask_for: joined(explicit),
                or_ask_for: joined(if is_another { default_form } else { Vec::new() }),
                complete: plan.is_complete(),
            };
            output::write(to, format, &summary)
        }
    }
}

fn line<'a>(plan: &'a ScopePlan, mapped: &'a MappedScope) -> Line<'a> {
    let (outcome, by) = match mapped.outcome {
        Outcome::Permission => ("permission", None),
        Outcome::ComesWith(by) => ("comes_with", Some(by.as_str())),
        Outcome::SignIn => ("sign_in", None),
        Outcome::Membership => ("membership", None),
        _ => ("nothing", None),
    };
    let notes: Vec<String> = plan.notes_of(mapped).map(ToString::to_string).collect();
    let severity = plan.notes_of(mapped).map(Note::severity).max().map(Severity::as_str);
    Line { scope: &mapped.scope, outcome, by, severity, notes: notes.join("; ") }
}

fn remark(note: &Note) -> Remark<'_> {
    Remark { severity: note.severity().as_str(), kind: note.kind(), scope: note.scope(), text: note.to_string() }
}

const NONE: &str = "-";
/// More than anybody's scopes.
const LONGEST: u64 = 64 * 1024;
