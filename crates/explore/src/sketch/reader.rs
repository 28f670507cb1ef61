// SPDX-License-Identifier: Apache-2.0

//! Reads what `Debug` or JSON wrote.

use ni_controller::world::Kind;

use super::fields::{
    GIVEN, KNOWN, LEFT_OUT, LISTS, PLAIN, SENT, SPANS, STAMPS, TICKETS, VERSIONS, WAITS, Whose,
};
use super::token::{Counter, Hash, Sketch, Token};
use super::word::{duration, kind_of, object_of, store_of, wall_time};

/// Versions begin here, so that they are told from generations.
pub(crate) const FIRST_VERSION: u64 = 1_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    /// Fields by name, in order.
    Fields,
    /// Entries, without order.
    Entries,
    /// Values in order.
    List,
}

#[derive(Clone, Copy)]
struct Frame<'a> {
    bracket: Bracket,
    /// The name of the struct.
    name: &'a str,
    field: &'a str,
    /// How many entries there were.
    place: usize,
}

pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    frames: Vec<Frame<'a>>,
    tokens: Vec<Token>,
    raw: Option<Hash>,
    /// What is left out ends with the field at this depth.
    left_out: Option<usize>,
    /// Whether the next text is a resource version.
    version: bool,
    /// How many tickets were given.
    given: u64,
    /// What stood before.
    last: &'a str,
    shown: Kind,
    changed: Kind,
    planned: Kind,
}

impl<'a> Reader<'a> {
    pub(super) fn new(kind: Kind, text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            frames: vec![Frame {
                bracket: Bracket::List,
                name: "",
                field: "",
                place: 0,
            }],
            tokens: Vec::with_capacity(text.len() / 16),
            raw: None,
            left_out: None,
            version: false,
            given: 0,
            last: "",
            shown: kind,
            changed: kind,
            planned: kind,
        }
    }

    pub(super) fn read(mut self) -> Sketch {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b'"' => self.text(),
                b'{' | b'[' | b'(' => self.open(*byte),
                b'}' | b']' | b')' => self.close(),
                b',' => self.comma(),
                b' ' | b':' => self.at += 1,
                _ => self.word(),
            }
        }
        self.flush();
        Sketch::new(self.tokens, self.given)
    }

    fn field(&self) -> &'a str {
        self.frames.last().map_or("", |frame| frame.field)
    }

    /// The field that the struct is in which has the current field.
    fn parent(&self) -> &'a str {
        let outer = self.frames.iter().rev().nth(1);
        outer.map_or("", |frame| frame.field)
    }

    fn flush(&mut self) {
        if let Some(raw) = self.raw.take() {
            self.tokens.push(Token::Raw(raw.finish()));
        }
    }

    fn push(&mut self, token: Token) {
        if self.left_out.is_none() {
            self.flush();
            self.tokens.push(token);
        }
    }

    fn push_raw(&mut self, text: &str) {
        if self.left_out.is_none() {
            let raw = self.raw.get_or_insert_default();
            raw.add_text(text);
        }
    }

    fn open(&mut self, byte: u8) {
        let bytes = self.text.as_bytes();
        // `Name {` has fields, `{`, `name: {` and `, {` have entries.
        let named = self.at >= 2
            && bytes[self.at - 1] == b' '
            && (bytes[self.at - 2].is_ascii_alphanumeric() || bytes[self.at - 2] == b'_');
        let bracket = match byte {
            b'{' if named => Bracket::Fields,
            b'{' => Bracket::Entries,
            _ => Bracket::List,
        };
        if bracket == Bracket::Entries {
            self.push(Token::Open);
        } else {
            self.push_raw(if byte == b'(' { "(" } else { "[" });
        }
        let (field, outer) = (self.field(), self.frames.last());
        // What is in a tuple or list is in the struct around.
        let outer = outer.map_or("", |outer| outer.name);
        let name = if named { self.last } else { outer };
        if byte == b'(' {
            self.shown = kind_of(self.last).unwrap_or(self.shown);
        }
        self.frames.push(Frame {
            bracket,
            name,
            field,
            place: 0,
        });
        self.at += 1;
    }

    fn close(&mut self) {
        self.end_left_out();
        let frame = self.frames.pop();
        if frame.is_some_and(|frame| frame.bracket == Bracket::Entries) {
            self.push(Token::Close);
        } else {
            self.push_raw("]");
        }
        self.at += 1;
    }

    fn comma(&mut self) {
        self.end_left_out();
        let frame = self.frames.last_mut();
        let entries = frame.is_some_and(|frame| {
            frame.place += 1;
            frame.bracket == Bracket::Entries
        });
        if entries {
            self.push(Token::Next);
        } else {
            self.push_raw(",");
        }
        self.at += 1;
    }

    fn end_left_out(&mut self) {
        if self.left_out == Some(self.frames.len()) {
            self.left_out = None;
        }
    }

    fn text(&mut self) {
        let bytes = self.text.as_bytes();
        let begin = self.at + 1;
        let mut end = begin;
        while bytes.get(end).is_some_and(|byte| *byte != b'"') {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        let text = &self.text[begin..end];
        self.at = end + 1;
        let version = std::mem::replace(&mut self.version, text == "resourceVersion");
        if version && let Ok(version) = text.parse() {
            self.push(Token::Version(self.changed, version));
        } else {
            // Texts of an object that are its own are kept in one.
            let mut rest = text;
            while let Some(end) = end_of_line(rest) {
                self.plain_text(&rest[..end]);
                rest = &rest[end + 2..];
            }
            self.plain_text(rest);
        }
    }

    fn plain_text(&mut self, text: &str) {
        if let Some(at) = wall_time(text) {
            self.push(Token::Wall(at));
        } else {
            self.push_raw(text);
        }
    }

    fn word(&mut self) {
        let rest = &self.text[self.at..];
        let ends = |byte: u8| {
            matches!(
                byte,
                b' ' | b',' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'"'
            )
        };
        let end = rest.bytes().position(ends);
        let word = &rest[..end.unwrap_or(rest.len())];
        self.at += word.len();
        self.last = word;
        let name = word.strip_suffix(':');
        let depth = self.frames.len();
        match (name, self.frames.last_mut()) {
            (Some(name), Some(frame)) if frame.bracket == Bracket::Fields => {
                frame.field = name;
                if self.left_out.is_none() && LEFT_OUT.contains(&name) {
                    self.left_out = Some(depth);
                }
                self.push_raw(name);
            }
            (name, _) => self.value(name.unwrap_or(word)),
        }
    }

    fn value(&mut self, word: &str) {
        let field = self.field();
        if field == GIVEN {
            self.given = word.parse().unwrap_or_default();
        }
        if self.left_out.is_some() {
            return;
        }
        let begins_as_number = word.as_bytes().first().is_some_and(u8::is_ascii_digit);
        if !begins_as_number {
            if let Some(kind) = kind_of(word) {
                self.kind(field, kind);
            }
            self.push_raw(word);
        } else if let Ok(number) = word.parse::<u64>() {
            self.number(field, number, word);
        } else if let Some(time) = duration(word) {
            self.time(field, time, word);
        } else if let Some(at) = wall_time(word) {
            self.push(Token::Wall(at));
        } else {
            self.push_raw(word);
        }
    }

    fn kind(&mut self, field: &str, kind: Kind) {
        let name = self.frames.last().map_or("", |frame| frame.name);
        match (name, field) {
            ("Key", "kind") => self.planned = kind,
            ("Change", "kind") | ("Memory", "refused" | "looks") => self.changed = kind,
            _ => {}
        }
    }

    /// The kind whose versions the current field holds, if it holds some.
    fn version_of(&self) -> Option<Kind> {
        let frame = self.frames.last()?;
        let mut fields = VERSIONS.iter();
        let (.., whose) =
            fields.find(|(name, field, _)| *name == frame.name && *field == frame.field)?;
        Some(match whose {
            Whose::Shown => self.shown(),
            Whose::Changed => self.changed,
            Whose::Planned => self.planned,
            Whose::Listed => {
                let mut lists = self.frames.iter().filter(|frame| frame.field == "lists");
                let lists = lists.find(|frame| frame.bracket == Bracket::List)?;
                Kind::ALL[lists.place]
            }
        })
    }

    /// The kind of the object whose metadata this is.
    fn shown(&self) -> Kind {
        let outer = self.frames.iter().rev().nth(1).map(|frame| frame.name);
        let stores = self.frames.iter().find(|frame| frame.name == "Namespace");
        outer
            .and_then(object_of)
            .or_else(|| store_of(stores?.field))
            .unwrap_or(self.shown)
    }

    fn number(&mut self, field: &str, number: u64, word: &str) {
        let is_key = self.frames.last();
        let is_key = is_key.is_some_and(|frame| frame.bracket == Bracket::Entries);
        if field == TICKETS && is_key {
            self.push(Token::Ticket(number));
        } else if let Some(kind) = self.version_of().filter(|_| number >= FIRST_VERSION) {
            self.push(Token::Version(kind, number));
        } else if KNOWN.contains(&field) {
            self.push(Token::Local(Counter::Known, number));
        } else if SENT.contains(&field) && self.parent() != "world" {
            self.push(Token::Local(Counter::Sent, number));
        } else if SENT.contains(&field) {
            // What becomes known later is later than all.
        } else if LISTS.contains(&field) {
            self.push(Token::Local(Counter::List, number));
        } else {
            let small = number < FIRST_VERSION || PLAIN.contains(&field);
            assert!(small, "what is {number} in the field {field:?}?");
            self.push_raw(word);
        }
    }

    fn time(&mut self, field: &str, time: i64, word: &str) {
        if STAMPS.contains(&field) {
            self.push(Token::Stamp(time));
        } else if field != WAITS {
            assert!(
                SPANS.contains(&field),
                "what is {word} in the field {field:?}?"
            );
            self.push_raw(word);
        }
    }
}

/// Where a line ends, as `Debug` and JSON write it.
fn end_of_line(text: &str) -> Option<usize> {
    let mut pairs = text.as_bytes().windows(2);
    pairs.position(|pair| pair == br"\n")
}
