// SPDX-License-Identifier: Apache-2.0

//! What is an address: CEL on the real server against the table that the Rust parser is held to, and
//! against that parser on many texts that nobody thought of.

use ironcore_api::address::{AddressError, parse_prefix};
use kube::Api;
use kube::core::DynamicObject;
use serde_json::{Value, json};

use crate::support::case::{causes, dry_run};
use crate::support::object::{dynamic, smallest};
use crate::support::{client, kind, namespace, objects};

const TABLE: &str = include_str!("../../crates/ironcore-api/testdata/addresses.txt");
/// What is said of a text that is not an address.
const NO_ADDRESS: [&str; 3] = [
    "[*].value: must be a valid IP address",
    "[*].value: must not have leading 0s",
    "[*].value: must not be an IPv4-mapped IPv6 address",
];
/// What is said of a text that is not a prefix, host bits aside.
const NO_PREFIX: [&str; 3] = [
    "must be a valid CIDR value",
    "must not have leading 0s in IP or prefix length",
    "must not have an IPv4-mapped IPv6 address",
];
const BATCH: usize = 256;
const OF_A_PEERING: usize = 16;

/// Verdict and text of each line.
fn table() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| {
        let (verdict, text) = line.split_once('|').expect("verdict|text|");
        (verdict.trim(), text.strip_suffix('|').expect("a bar"))
    })
}

async fn api_of(of: &str) -> Api<DynamicObject> {
    let client = client().await;
    let namespace = namespace(&client).await;
    objects(&client, &namespace, &kind(of))
}

/// Sends an object with this spec, and says what each cause is about.
async fn refused(api: &Api<DynamicObject>, of: &str, spec: Value) -> Vec<(String, String)> {
    let mut object = smallest(of);
    object["spec"] = spec;
    match api.create(&dry_run(), &dynamic(object)).await {
        Ok(_) => Vec::new(),
        Err(error) => {
            let causes = causes(&error)
                .unwrap_or_else(|| panic!("{error}"))
                .into_iter();
            causes.map(|(path, _, message)| (path, message)).collect()
        }
    }
}

/// What CEL says of each text as a prefix: `prefix`, `host` or `no`. They are the prefixes of a network's peerings, as
/// there each has a cause of its own.
async fn prefix_verdicts(api: &Api<DynamicObject>, texts: &[&str]) -> Vec<&'static str> {
    let prefix =
        |(index, text): (usize, &&str)| json!({"name": format!("p{index}"), "prefix": text});
    let prefixes: Vec<_> = texts.iter().enumerate().map(prefix).collect();
    let peering = |(index, prefixes): (usize, &[Value])| {
        let name = format!("n{index}");
        json!({"name": name, "networkRef": {"name": name}, "prefixes": prefixes})
    };
    let peerings: Vec<_> = prefixes
        .chunks(OF_A_PEERING)
        .enumerate()
        .map(peering)
        .collect();
    let causes = refused(api, "Network", json!({"peerings": peerings})).await;
    let verdict = |index: usize| {
        let (peering, prefix) = (index / OF_A_PEERING, index % OF_A_PEERING);
        let path = format!("spec.peerings[{peering}].prefixes[{prefix}].prefix");
        match causes.iter().find(|cause| cause.0 == path) {
            None => "prefix",
            Some((_, message)) if message.contains("bits set beyond") => "host",
            Some((_, message)) if NO_PREFIX.iter().any(|no| message.contains(no)) => "no",
            Some(cause) => panic!("{cause:?}"),
        }
    };
    (0..texts.len()).map(verdict).collect()
}

#[tokio::test]
async fn prefixes_are_what_the_table_says() {
    let (verdicts, texts): (Vec<_>, Vec<_>) = table().unzip();
    assert!(texts.len() <= BATCH);
    let answers = prefix_verdicts(&api_of("Network").await, &texts).await;
    for ((verdict, text), answer) in verdicts.iter().zip(&texts).zip(answers) {
        let verdict = if *verdict == "ip" { "no" } else { verdict };
        assert_eq!(answer, verdict, "{text}");
    }
}

#[tokio::test]
async fn addresses_are_what_the_table_says() {
    let api = &api_of("NetworkInterface").await;
    for (verdict, text) in table() {
        let spec = json!({"networkRef": {"name": "n"}, "ips": [{"value": text}]});
        let causes = refused(api, "NetworkInterface", spec).await;
        let answer = match causes.as_slice() {
            [] => "ip",
            [(path, message)]
                if path == "spec.ips" && NO_ADDRESS.iter().any(|no| message.contains(no)) =>
            {
                "no"
            }
            _ => panic!("{text}: {causes:?}"),
        };
        let expected = if verdict == "ip" { "ip" } else { "no" };
        assert_eq!(answer, expected, "{text}");
    }
}

/// What the webhook's rules say of each text, in `ips` and in `prefixes`: the words of the table.
fn rules_verdicts(text: &str) -> (&'static str, &'static str) {
    let judged = |spec: Value| {
        let mut object = smallest("NetworkInterface");
        object["spec"] = spec;
        let judgement = kind("NetworkInterface").judge(&object.to_string(), None);
        let judgement = judgement.expect("it decodes");
        let faults = judgement.faults.into_iter();
        faults
            .map(|fault| (fault.field, fault.message))
            .collect::<Vec<_>>()
    };
    let ip = judged(json!({"networkRef": {"name": "n"}, "ips": [{"value": text}]}));
    let ip = match ip.as_slice() {
        [] => "ip",
        [(path, _)] if path == "spec.ips[0].value" => "no",
        _ => panic!("{text}: {ip:?}"),
    };
    let prefix = judged(
        json!({"networkRef": {"name": "n"}, "ips": [{"value": "10.0.0.1"}], "prefixes": [{"value": text}]}),
    );
    let prefix = match prefix.as_slice() {
        [] => "prefix",
        [(path, message)]
            if path == "spec.prefixes[0].value" && message.contains("bits set beyond") =>
        {
            "host"
        }
        [(path, _)] if path == "spec.prefixes[0].value" => "no",
        _ => panic!("{text}: {prefix:?}"),
    };
    (ip, prefix)
}

#[test]
fn the_rules_say_what_the_table_says() {
    for (verdict, text) in table() {
        let expected = match verdict {
            "ip" => ("ip", "no"),
            other => ("no", other),
        };
        assert_eq!(rules_verdicts(text), expected, "{text}");
    }
}

/// Texts that are nearly right: those of the table with one or two characters changed.
fn mutants(count: usize) -> Vec<String> {
    const ALPHABET: &[u8] = b"0123456789abfF.::/% ";
    let seeds: Vec<_> = table()
        .map(|(_, text)| text)
        .filter(|text| text.is_ascii())
        .collect();
    let mut state = 1_u64;
    let mut below = |bound: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % bound
    };
    let mutant = |_| {
        let mut text = seeds[below(seeds.len())].as_bytes().to_vec();
        if !text.contains(&b'/') {
            text.extend(b"/128");
        }
        for _ in 0..=below(2) {
            let at = below(text.len());
            match below(3) {
                0 => text[at] = ALPHABET[below(ALPHABET.len())],
                1 => text.insert(at, ALPHABET[below(ALPHABET.len())]),
                _ => drop(text.remove(at)),
            }
            if text.is_empty() {
                text.push(b'/');
            }
        }
        String::from_utf8(text).expect("ASCII")
    };
    (0..count).map(mutant).collect()
}

#[tokio::test]
async fn the_parser_and_cel_agree_on_texts_that_are_nearly_right() {
    let api = api_of("Network").await;
    let texts = mutants(10 * BATCH);
    for texts in texts.chunks(BATCH) {
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        for (text, answer) in texts.iter().zip(prefix_verdicts(&api, &texts).await) {
            let ours = match parse_prefix(text) {
                Ok(_) => "prefix",
                Err(AddressError::HostBits(_)) => "host",
                Err(_) => "no",
            };
            assert_eq!(ours, answer, "{text:?}");
        }
    }
}
