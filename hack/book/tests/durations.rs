// SPDX-License-Identifier: Apache-2.0

//! Both programs read the times of their flags alike, and as `docs/configure.md` says.

use std::time::Duration;

use clap::Parser;
use ni_controller::options::Command;

/// Of `--request-timeout`, which both have.
fn controller(text: &str) -> Result<Duration, String> {
    let flag = format!("--request-timeout={text}");
    let cli = ni_controller::options::Cli::try_parse_from(["ni-controller", "run", &flag]);
    match cli.map_err(why)?.command {
        Command::Run(run) => Ok(run.request_timeout),
        other => panic!("another command: {other:?}"),
    }
}

fn webhook(text: &str) -> Result<Duration, String> {
    let flag = format!("--request-timeout={text}");
    let cli = ni_webhook::options::Cli::try_parse_from(["ni-webhook", "--self-signed", &flag]);
    Ok(cli.map_err(why)?.listening.request_timeout)
}

/// The message, without what clap adds after it.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn why(error: clap::Error) -> String {
    let text = error.to_string();
    let (_, why) = text.split_once("': ").expect("what is wrong");
    why.lines().next().unwrap_or_default().to_owned()
}

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

/// Texts, and their milliseconds or why they are refused.
const TIMES: [(&str, Result<u64, &str>); 24] = [
    ("100ms", Ok(100)),
    ("90s", Ok(90_000)),
    ("5m", Ok(5 * MINUTE)),
    ("1h", Ok(HOUR)),
    ("1h30m", Ok(HOUR + 30 * MINUTE)),
    ("1h 30m", Ok(HOUR + 30 * MINUTE)),
    ("1.5h", Ok(HOUR + 30 * MINUTE)),
    ("2 hours", Ok(2 * HOUR)),
    ("1m30s500ms", Ok(90_500)),
    ("1440m", Ok(24 * HOUR)),
    ("90d", Ok(90 * 24 * HOUR)),
    ("2w", Ok(14 * 24 * HOUR)),
    ("36500d", Ok(36_500 * 24 * HOUR)),
    ("36501d", Err("is more than a hundred years")),
    ("-5s", Err("is negative")),
    ("5s ago", Err("is negative")),
    ("", Err(NONE)),
    ("5", Err(NONE)),
    ("s", Err(NONE)),
    ("5x", Err(NONE)),
    ("1mo", Err(NONE)),
    ("1y", Err(NONE)),
    ("é", Err(NONE)),
    ("18446744073709551615s", Err(NONE)),
];

const NONE: &str = "is not a duration: write 100ms, 90s, 5m, 1h30m or 90d";

#[test]
fn both_programs_take_and_refuse_the_same_times() {
    for (text, expected) in TIMES {
        let expected = expected.map(Duration::from_millis);
        let expected = expected.map_err(|why| format!("{text:?} {why}"));
        assert_eq!(controller(text), expected, "{text}");
        assert_eq!(webhook(text), expected, "{text}");
    }
}

#[test]
fn the_times_that_the_page_and_the_message_show_are_taken() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configure.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let (_, text) = page.split_once("Times are written as").expect("how");
    let (text, _) = text.split_once('(').expect("what a day has");
    let shown: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
    assert_eq!(shown, ["100ms", "90s", "5m", "1h30m", "90d"]);
    for time in shown {
        assert!(NONE.contains(time), "{time}");
        controller(time).expect(time);
        webhook(time).expect(time);
    }
}
