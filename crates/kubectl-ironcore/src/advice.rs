// SPDX-License-Identifier: Apache-2.0

//! What to do, in the words of the documentation: each sentence stands there alone, and is read from it.

use std::collections::HashMap;
use std::sync::LazyLock;

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

/// Pages with a section for each reason, its name as the heading.
const PAGES: [&str; 2] = [
    include_str!("../../../docs/events.md"),
    include_str!("../../../docs/kubectl-ironcore.md"),
];

static SECTIONS: LazyLock<HashMap<String, Vec<String>>> =
    LazyLock::new(|| PAGES.into_iter().flat_map(sections).collect());

/// What to do about `reason` on an object of `kind`: the last paragraph of its section, or of the part of it that is about objects of
/// this kind.
pub fn remedy(reason: &str, kind: &str) -> Option<&'static str> {
    let paragraphs = SECTIONS.get(reason)?;
    let begins = |paragraph: &String| paragraph.starts_with("On a ");
    let about = |paragraph: &String| begins(paragraph) && is_about(paragraph, kind);
    let from = paragraphs.iter().position(about).unwrap_or(0);
    let rest = &paragraphs[from..];
    let others = rest.iter().skip(1).position(begins);
    let part = others.map_or(rest, |others| &rest[..=others]);
    part.last().map(String::as_str)
}

/// Whether the first sentence names this kind after an article: "On a NetworkInterface or a VirtualIP" is not about Networks.
fn is_about(paragraph: &str, kind: &str) -> bool {
    let sentence = paragraph.split(". ").next().unwrap_or(paragraph);
    let words: Vec<&str> = sentence
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.windows(2).any(|pair| pair == ["a", kind])
}

/// The paragraphs below each heading of the third level, as plain text.
fn sections(page: &str) -> Vec<(String, Vec<String>)> {
    let mut sections: Vec<(String, Vec<String>)> = Vec::new();
    let mut text: Option<String> = None;
    let mut ended = false;
    for event in Parser::new(page) {
        match event {
            Event::Start(Tag::Heading { .. } | Tag::Paragraph) => text = Some(String::new()),
            Event::End(TagEnd::Heading(level)) => {
                ended = level != HeadingLevel::H3;
                if let Some(heading) = text.take().filter(|_| !ended) {
                    sections.push((heading, Vec::new()));
                }
            }
            Event::End(TagEnd::Paragraph) => {
                let paragraph = text.take().filter(|_| !ended);
                if let Some((_, paragraphs)) = sections.last_mut() {
                    paragraphs.extend(paragraph);
                }
            }
            Event::Text(words) | Event::Code(words) => {
                if let Some(text) = &mut text {
                    text.push_str(&words);
                }
            }
            Event::SoftBreak => {
                if let Some(text) = &mut text {
                    text.push(' ');
                }
            }
            _ => {}
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use ni_controller::plan::Reason;

    use super::*;

    #[test]
    fn a_remedy_is_the_last_paragraph_about_the_kind() {
        for (reason, kind, begins) in [
            (
                "NameTaken",
                "Machine",
                "Rename the entry in the machine, or delete the object that has the name.",
            ),
            (
                "NameTaken",
                "NetworkInterface",
                "Delete the object that has the name",
            ),
            ("NoRoom", "VirtualIP", "Add a pool (addresses), or delete"),
            ("NoRoom", "Prefix", "Delete Prefixes that are not needed"),
            (
                "AddressInUse",
                "NetworkInterface",
                "Change the address of one of the two",
            ),
            (
                "InUse",
                "Network",
                "Delete these objects, or the interfaces",
            ),
            ("NobodyLeads", "", "Check whether ni-controller runs"),
        ] {
            let remedy = remedy(reason, kind).unwrap_or_default();
            assert!(remedy.starts_with(begins), "{reason} {kind}: {remedy}");
        }
        assert_eq!(remedy("Unheard", "Prefix"), None);
    }

    #[test]
    fn a_kind_is_matched_as_a_whole_word_after_an_article() {
        let both = "On a NetworkInterface or a VirtualIP. Its Machine is gone.";
        for (paragraph, kind, expected) in [
            (both, "NetworkInterface", true),
            (both, "VirtualIP", true),
            (both, "Network", false),
            (both, "Machine", false),
            (
                "On a Prefix, and on a Network that other Prefixes use",
                "Network",
                true,
            ),
            (
                "On a Prefix, and on a Network that other Prefixes use",
                "Prefixes",
                false,
            ),
            ("On a NetworkInterface", "NetworkInterface", true),
        ] {
            assert_eq!(is_about(paragraph, kind), expected, "{paragraph:?} {kind}");
        }
    }

    #[test]
    fn each_warning_says_what_to_do_in_a_paragraph_of_its_own() {
        let warnings = Reason::ALL.into_iter().filter(|reason| reason.is_warning());
        for reason in warnings {
            let paragraphs = SECTIONS.get(reason.as_str()).map_or(0, Vec::len);
            assert!(paragraphs > 1, "{reason:?} has {paragraphs} paragraphs");
        }
    }
}
