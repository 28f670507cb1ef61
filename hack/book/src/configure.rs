// SPDX-License-Identifier: Apache-2.0

//! The page of flags and environment names, from the command lines of both programs.

use std::fmt::Write;

use clap::{Arg, ArgAction, Command, CommandFactory};

use crate::table::{code, table};

const INTRO: &str = "# Configure

All flags of both programs, with their environment variables. A flag takes precedence over its environment variable. Flags
that both `ni-controller run` and `ni-controller plan` have mean the same in both.

The manifests in `deploy/` set flags in the `args` of each Deployment. Times are written as `100ms`, `90s`, `5m`, `1h30m` or
`90d` (a day has 24 hours). Both programs read their configuration once, when they start, except for the webhook's
files (`--tls-cert`, `--tls-key`, `--client-ca`), which are reloaded when they change. Logs go to standard error.

There is no flag for the cluster: the programs use the cluster that `KUBECONFIG` names, or, in a pod, the pod's own.
";

/// The page's text.
pub fn page() -> String {
    let mut text = INTRO.to_owned();
    for mut program in [
        ni_controller::options::Cli::command(),
        ni_webhook::options::Cli::command(),
    ] {
        program.build();
        text.push_str(&of_program(&program));
    }
    text
}

fn of_program(program: &Command) -> String {
    let name = program.get_name();
    let mut text = format!("\n## {name}\n");
    paragraph(&mut text, &about(program));
    text.push_str(&flags(program, |_| true));
    for command in program
        .get_subcommands()
        .filter(|command| command.get_name() != "help")
    {
        let _ = writeln!(text, "\n### {name} {}", command.get_name());
        paragraph(&mut text, &about(command));
        // Those that all commands take stand above.
        text.push_str(&flags(command, |flag| !flag.is_global_set()));
    }
    text
}

/// Tables of the flags, one for each heading of the program's help, in its order.
fn flags(command: &Command, wanted: impl Fn(&Arg) -> bool) -> String {
    let mut headings: Vec<(Option<&str>, Vec<[String; 4]>)> = Vec::new();
    let named = |flag: &&Arg| {
        flag.get_long()
            .is_some_and(|long| !["help", "version"].contains(&long))
    };
    for flag in command
        .get_arguments()
        .filter(named)
        .filter(|flag| wanted(flag))
    {
        let heading = flag.get_help_heading();
        let row = row(flag);
        match headings.iter_mut().find(|(known, _)| *known == heading) {
            Some((_, rows)) => rows.push(row),
            None => headings.push((heading, vec![row])),
        }
    }
    let mut text = String::new();
    for (heading, rows) in headings {
        if let Some(heading) = heading {
            paragraph(&mut text, &format!("**{heading}**"));
        }
        text.push('\n');
        text.push_str(&table(["Flag", "Environment", "Default", "Meaning"], &rows));
    }
    text
}

fn row(flag: &Arg) -> [String; 4] {
    let long = flag.get_long().unwrap_or_default();
    let takes_value = flag.get_action().takes_values();
    let value = flag
        .get_value_names()
        .filter(|_| takes_value)
        .and_then(<[_]>::first);
    // One that only repeats the flag tells nothing.
    let value = value.filter(|value| value.to_lowercase().replace('_', "-") != long);
    let spelt = value.map_or_else(|| format!("--{long}"), |value| format!("--{long} {value}"));
    let environment = flag.get_env().map(|name| code(&name.to_string_lossy()));
    [
        code(&spelt),
        environment.unwrap_or_default(),
        default(flag),
        meaning(flag),
    ]
}

fn default(flag: &Arg) -> String {
    if matches!(flag.get_action(), ArgAction::SetTrue) {
        return "off".to_owned();
    }
    let defaults = flag
        .get_default_values()
        .iter()
        .filter(|value| !value.is_empty())
        .map(|value| code(&value.to_string_lossy()));
    defaults.collect::<Vec<_>>().join(", ")
}

/// The help in one line, with the values that it may have.
fn meaning(flag: &Arg) -> String {
    let help = flag.get_long_help().or(flag.get_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    let mut meaning = sentence(&help.split_whitespace().collect::<Vec<_>>().join(" "));
    if matches!(flag.get_action(), ArgAction::SetTrue) {
        return meaning;
    }
    for value in flag.get_possible_values() {
        let help = value
            .get_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        let _ = write!(
            meaning,
            "<br>`{}`: {}",
            value.get_name(),
            lower_first(help.trim_end_matches('.'))
        );
    }
    meaning
}

fn about(command: &Command) -> String {
    let about = command.get_long_about().or(command.get_about());
    about
        .map(|text| sentence(&text.to_string()))
        .unwrap_or_default()
}

/// With the full stop that clap takes off the last sentence.
fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.is_empty() || text.ends_with('.') {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

fn paragraph(text: &mut String, paragraph: &str) {
    let _ = writeln!(text, "\n{}", paragraph.trim_end());
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_lowercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flag(page: &str, name: &str) -> Vec<String> {
        let row = page
            .lines()
            .filter(|line| line.starts_with(&format!("| `--{name}")));
        row.map(str::to_owned).collect()
    }

    #[test]
    fn every_flag_has_one_row_for_each_command_that_takes_it() {
        let page = page();
        let cases = [
            ("replace-interfaces", 2),
            ("listen", 2),
            ("concurrency", 1),
            ("log-format", 2),
            ("tls-cert", 1),
            ("help", 0),
        ];
        for (name, count) in cases {
            assert_eq!(flag(&page, name).len(), count, "{name}");
        }
    }

    #[test]
    fn a_row_tells_environment_default_and_values() {
        let page = page();
        let rows = flag(&page, "network-references");
        assert!(
            rows[0].starts_with(
                "| `--network-references` | `NI_WEBHOOK_NETWORK_REFERENCES` | `warn` | "
            ),
            "{rows:?}"
        );
        assert!(
            rows[0].ends_with("<br>`warn`: store it, and warn the user<br>`deny`: refuse it |"),
            "{rows:?}"
        );
        assert!(
            flag(&page, "leader-elect")[0].contains("| `NI_LEADER_ELECT` | off |"),
            "{page}"
        );
        let empty = &flag(&page, "public-prefixes")[0];
        assert!(!empty.contains("``"), "{empty}");
    }
}
