// SPDX-License-Identifier: Apache-2.0

//! A page of Markdown, read for what can be wrong with it.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// What a page has.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    /// What links to the page can name after `#`.
    pub(crate) anchors: Vec<String>,
    /// Line, from 1, and target of each link and image.
    pub(crate) links: Vec<(usize, String)>,
    /// The blocks of code.
    pub(crate) blocks: Vec<Block>,
}

/// A block of code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// The line of its first line, from 1.
    pub(crate) line: usize,
    /// What it is said to be.
    pub(crate) language: String,
    /// What is in it.
    pub(crate) text: String,
}

/// Reads a page.
pub(crate) fn read(text: &str) -> Page {
    let mut page = Page::default();
    let mut heading = None;
    let mut seen = BTreeMap::new();
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let id = id(&heading.take().unwrap_or_default());
                page.anchors.push(unique(id, &mut seen));
            }
            Event::Text(words) | Event::Code(words) if heading.is_some() => {
                heading.get_or_insert_default().push_str(&words);
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                page.links
                    .push((line(text, range.start), dest_url.to_string()));
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                page.blocks.push(block(text, range, &language));
            }
            Event::Html(html) | Event::InlineHtml(html) => page.anchors.extend(named(&html)),
            _ => {}
        }
    }
    page
}

fn block(text: &str, range: Range<usize>, language: &str) -> Block {
    let whole = &text[range.clone()];
    let inside = whole.split_once('\n').map_or("", |(_, rest)| rest);
    let inside = inside.rsplit_once('\n').map_or("", |(lines, _)| lines);
    Block {
        line: line(text, range.start) + 1,
        language: language.to_owned(),
        text: inside.to_owned(),
    }
}

fn line(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

/// The id of a heading, as mdbook and code forges give it.
fn id(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|c| match c {
        c if c.is_whitespace() => Some('-'),
        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
        _ => None,
    });
    kept.collect::<String>().to_lowercase()
}

/// The second heading of one id has `-1` after it.
fn unique(id: String, seen: &mut BTreeMap<String, usize>) -> String {
    let count = seen.entry(id.clone()).or_default();
    *count += 1;
    if *count == 1 {
        id
    } else {
        format!("{id}-{}", *count - 1)
    }
}

/// The ids of elements.
fn named(html: &str) -> impl Iterator<Item = String> {
    let values = html.split("id=\"").skip(1);
    values.filter_map(|rest| rest.split_once('"').map(|(id, _)| id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_those_of_headings_and_elements() {
        let text = "# A `--flag`, of *ours*\n\n## Twice\n\n## Twice\n\n<a id=\"own-name\"></a>\n";
        assert_eq!(
            read(text).anchors,
            ["a---flag-of-ours", "twice", "twice-1", "own-name"]
        );
    }

    #[test]
    fn links_and_images_are_found_where_they_are_and_not_in_code() {
        let text =
            "[a](b.md#c)\n\n![d](e.svg) `[f](g)`\n\n```\n[h](i)\n```\n| x |\n|---|\n| [j](k) |\n";
        let expected = [(1, "b.md#c"), (3, "e.svg"), (10, "k")];
        assert_eq!(
            read(text).links,
            expected.map(|(line, to)| (line, to.to_owned()))
        );
    }

    #[test]
    fn blocks_are_read_with_line_and_language() {
        let text = "a\n\n```sh\none\n\ntwo\n```\n";
        let expected = Block {
            line: 4,
            language: "sh".to_owned(),
            text: "one\n\ntwo".to_owned(),
        };
        assert_eq!(read(text).blocks, [expected]);
    }
}
