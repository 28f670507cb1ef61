// SPDX-License-Identifier: Apache-2.0

//! The command lines of a document: whether the programs take them, and whether what they apply is there.

use clap::error::ErrorKind;

use super::markdown::{self, Block};
use super::shell::{self, Line};

/// Line, from 1, and message of each fault in the blocks `sh` and `console` of a page. Programs are named as users call
/// them (`cargo xtask`); what is none of `programs` is not looked at. `is_there` knows the repository's paths.
pub(super) fn faults(
    text: &str,
    programs: &[(&str, clap::Command)],
    is_there: &dyn Fn(&str) -> bool,
) -> Vec<(usize, String)> {
    let blocks = markdown::read(text).blocks;
    let lines = blocks.iter().flat_map(lines);
    let faults = lines.filter_map(|Line { line, words }| {
        let message = refused(&words, programs).or_else(|| not_there(&words, is_there))?;
        Some((line, format!("`{}`: {message}", words.join(" "))))
    });
    faults.collect()
}

/// The commands of a block: all of a script, of a console those after its prompt.
fn lines(block: &Block) -> Vec<Line> {
    let script = match block.language.as_str() {
        "sh" => block.text.clone(),
        "console" => {
            let typed = block
                .text
                .lines()
                .map(|line| line.strip_prefix("$ ").unwrap_or_default());
            typed.collect::<Vec<_>>().join("\n")
        }
        _ => return Vec::new(),
    };
    let commands = shell::commands(&script).into_iter();
    commands
        .map(|Line { line, words }| Line {
            line: block.line + line,
            words,
        })
        .collect()
}

/// Why the program that `words` call does not take them.
fn refused(words: &[String], programs: &[(&str, clap::Command)]) -> Option<String> {
    let (program, arguments) = called(words)?;
    let (_, command) = programs.iter().find(|(name, _)| *name == program)?;
    let words = std::iter::once(program).chain(arguments.iter().map(String::as_str));
    let error = command.clone().try_get_matches_from(words).err()?;
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        return None;
    }
    let message = error.to_string();
    Some(message.lines().next().unwrap_or_default().to_owned())
}

/// The program, however it is called, and what it is given.
fn called(words: &[String]) -> Option<(&str, &[String])> {
    let named: Vec<&str> = words.iter().map(String::as_str).collect();
    match named[..] {
        ["cargo", "xtask", ..] => Some(("cargo xtask", &words[2..])),
        ["kubectl", "ironcore", ..] => Some(("kubectl ironcore", &words[2..])),
        ["cargo", "run", ..] => {
            let end = named
                .iter()
                .position(|word| *word == "--")
                .unwrap_or(named.len());
            let flag = named[..end]
                .iter()
                .position(|word| ["--package", "-p", "--bin"].contains(word))?;
            let arguments = words.get(end + 1..).unwrap_or_default();
            Some((*named[..end].get(flag + 1)?, arguments))
        }
        [program, ..] => Some((program.rsplit('/').next().unwrap_or(program), &words[1..])),
        [] => None,
    }
}

/// The file or folder of the repository that `kubectl` is given and that is not there.
fn not_there(words: &[String], is_there: &dyn Fn(&str) -> bool) -> Option<String> {
    let (program, rest) = words.split_first()?;
    if program != "kubectl" {
        return None;
    }
    let reads = ["apply", "create", "delete", "diff", "replace", "kustomize"];
    let verb = rest.iter().find(|word| reads.contains(&word.as_str()))?;
    let mut paths: Vec<&str> = Vec::new();
    let mut words = rest.iter().map(String::as_str).peekable();
    while let Some(word) = words.next() {
        match word.split_once('=') {
            Some(("-f" | "-k" | "--filename" | "--kustomize", path)) => paths.push(path),
            _ if ["-f", "-k", "--filename", "--kustomize"].contains(&word) => {
                paths.extend(words.peek());
            }
            _ if word == verb && verb == "kustomize" => paths.extend(words.peek()),
            _ => {}
        }
    }
    // A name without a folder is a file of the reader's own.
    let ours = |path: &&&str| {
        path.contains('/') && !path.contains("://") && !path.starts_with(['$', '/', '<'])
    };
    let missing = paths.iter().filter(ours).find(|path| !is_there(path))?;
    Some(format!("{missing} is not there"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programs() -> Vec<(&'static str, clap::Command)> {
        let flag = clap::Arg::new("flag")
            .long("flag")
            .action(clap::ArgAction::SetTrue);
        let run = clap::Command::new("run").arg(flag);
        let command = |name: &'static str| {
            clap::Command::new(name)
                .subcommand(run.clone())
                .subcommand_required(true)
        };
        vec![
            ("cargo xtask", command("cargo xtask")),
            ("tool", command("tool")),
        ]
    }

    fn messages(text: &str) -> Vec<(usize, String)> {
        faults(text, &programs(), &|path| {
            path.trim_end_matches('/') == "deploy"
        })
    }

    #[test]
    fn command_lines_that_hold_have_no_fault() {
        let cases = [
            "cargo xtask run --flag",
            "tool run --flag | other --unknown",
            "NAME=value tool run",
            "target/debug/tool run",
            "cargo run --quiet --package tool -- run --flag",
            "cargo run -p other -- wrong",
            "tool --help",
            "kubectl apply -k deploy/",
            "kubectl apply -f exported.yaml",
            "kubectl apply -f https://example.org/a/b.yaml",
            "kubectl logs -f deployment/tool",
            "other wrong",
        ];
        for case in cases {
            assert_eq!(messages(&format!("```sh\n{case}\n```\n")), [], "{case}");
        }
    }

    #[test]
    fn command_lines_that_do_not_hold_are_told_with_their_line() {
        let cases = [
            ("cargo xtask rum", "unrecognized subcommand 'rum'"),
            (
                "true && tool run --flags",
                "unexpected argument '--flags' found",
            ),
            (
                "cargo run --package tool -- run --no",
                "unexpected argument '--no' found",
            ),
            ("cargo run --package tool", "requires a subcommand"),
            (
                "kubectl -n a apply --server-side -k deploy/none",
                "deploy/none is not there",
            ),
            (
                "kubectl apply -f deploy -f=samples/x.yaml",
                "samples/x.yaml is not there",
            ),
            ("kubectl kustomize deploy/none", "deploy/none is not there"),
        ];
        for (case, expected) in cases {
            let found = messages(&format!("# T\n\n```sh\n\n{case}\n```\n"));
            assert!(
                matches!(&found[..], [(5, message)] if message.contains(expected)),
                "{case}: {found:?}"
            );
        }
    }

    #[test]
    fn of_a_console_only_what_is_typed_counts_and_other_blocks_do_not() {
        let console = "```console\n$ tool run\ntool wrong\n$ tool wrong\n```\n";
        assert_eq!(
            messages(console)
                .iter()
                .map(|(line, _)| *line)
                .collect::<Vec<_>>(),
            [4]
        );
        assert_eq!(messages("```yaml\ntool wrong\n```\n"), []);
    }
}
