//! What a sketch is made of, and how it becomes a number.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

use ni_controller::world::Kind;

/// A part of a sketch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Text, hashed.
    Raw(u64),
    /// The resource version of an object of a kind: stands for its place among those of the kind.
    Version(Kind, u64),
    /// A number that is compared only within this sketch.
    Local(Counter, u64),
    /// A time since the start, in nanoseconds: stands for how long ago it was.
    Stamp(i64),
    /// A time by the wall clock, in seconds: likewise.
    Wall(i64),
    /// Which request: stands for nothing but what the entry says.
    Ticket(u64),
    /// A map or set begins, which has no order.
    Open,
    /// Its next entry begins.
    Next,
    /// It ends.
    Close,
}

/// What counts up within one controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counter {
    /// The world's clock, when something became known.
    Known,
    /// The world's clock, when a request was sent. It is only asked what was known by then.
    Sent,
    /// Lists.
    List,
}

/// The canonical form of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sketch {
    tokens: Vec<Token>,
}

/// The versions that occur in a state, and its time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranks {
    /// By kind.
    versions: [Vec<u64>; Kind::ALL.len()],
    /// What is to be subtracted from versions instead of telling their place.
    from: Option<u64>,
    elapsed: i64,
    wall: i64,
}

impl Ranks {
    /// For a state at this time: nanoseconds since the start, seconds by the wall clock.
    pub(crate) fn at(elapsed: i64, wall: i64) -> Self {
        Self {
            versions: Default::default(),
            from: None,
            elapsed,
            wall,
        }
    }

    /// Takes in a version.
    pub(crate) fn add(&mut self, kind: Kind, version: u64) {
        self.versions[kind as usize].push(version);
    }

    /// Takes in the versions of a sketch.
    pub(crate) fn add_all(&mut self, sketch: &Sketch) {
        for token in &sketch.tokens {
            if let Token::Version(kind, version) = token {
                self.add(*kind, *version);
            }
        }
    }

    /// Puts the versions in order. To be called when all are taken in. Where the server's newest is not the highest, it has gone
    /// back: how many versions it is from overtaking each of the others counts. So it does where it can still go back.
    pub(crate) fn sort(&mut self, newest: u64, may_go_back: bool) {
        for versions in &mut self.versions {
            versions.sort_unstable();
            versions.dedup();
        }
        let mut last = self.versions.iter().filter_map(|versions| versions.last());
        let went_back = last.any(|last| *last > newest);
        self.from = (went_back || may_go_back).then_some(newest);
    }

    /// The place of a version.
    pub(crate) fn of(&self, kind: Kind, version: u64) -> u64 {
        if let Some(newest) = self.from {
            return version.wrapping_sub(newest);
        }
        place(&self.versions[kind as usize], version)
    }
}

/// Collects what makes up a state.
#[derive(Clone, Debug)]
pub(crate) struct Hash(DefaultHasher);

impl Default for Hash {
    fn default() -> Self {
        Self(DefaultHasher::new())
    }
}

impl Hash {
    /// Adds a number.
    pub(crate) fn add(&mut self, number: u64) {
        self.0.write_u64(number);
    }

    /// Adds a text.
    pub(crate) fn add_text(&mut self, text: &str) {
        self.0.write(text.as_bytes());
        self.0.write_u8(0xff);
    }

    /// The number that stands for all.
    pub(crate) fn finish(&self) -> u64 {
        self.0.finish()
    }
}

impl Sketch {
    pub(super) fn new(mut tokens: Vec<Token>) -> Self {
        count_lists(&mut tokens);
        count_clocks(&mut tokens);
        Self { tokens }
    }

    /// The number that stands for it. What the entries of tickets say goes to `tickets`.
    pub(crate) fn hash(&self, ranks: &Ranks, tickets: &mut HashMap<u64, u64>) -> u64 {
        let mut frames = vec![Frame::default()];
        for token in &self.tokens {
            let Some(frame) = frames.last_mut() else {
                break;
            };
            match *token {
                Token::Raw(text) => frame.add(0, text),
                Token::Version(kind, version) => frame.add(1, ranks.of(kind, version)),
                Token::Local(_, number) => frame.add(2, number),
                Token::Stamp(at) => frame.add(3, (at - ranks.elapsed).cast_unsigned()),
                Token::Wall(at) => frame.add(4, (at - ranks.wall).cast_unsigned()),
                Token::Ticket(ticket) => frame.ticket = Some(ticket),
                Token::Next => frame.next(tickets),
                Token::Open => frames.push(Frame::default()),
                Token::Close => {
                    frame.next(tickets);
                    let sum = frame.sum;
                    frames.pop();
                    if let Some(outer) = frames.last_mut() {
                        outer.add(5, sum);
                    }
                }
            }
        }
        frames.first().map_or(0, |frame| frame.hash.finish())
    }
}

/// A map that is read, or the whole.
#[derive(Default)]
struct Frame {
    hash: Hash,
    any: bool,
    ticket: Option<u64>,
    sum: u64,
}

impl Frame {
    fn add(&mut self, class: u64, number: u64) {
        self.any = true;
        self.hash.add(class);
        self.hash.add(number);
    }

    /// An entry ends. Their order means nothing, so they are summed up.
    fn next(&mut self, tickets: &mut HashMap<u64, u64>) {
        if !std::mem::take(&mut self.any) {
            return;
        }
        let entry = std::mem::take(&mut self.hash).finish();
        if let Some(ticket) = self.ticket.take() {
            tickets.insert(ticket, entry);
        } else {
            self.sum = self.sum.wrapping_add(entry);
        }
    }
}

/// The numbers of a counter, in order.
fn numbers(tokens: &[Token], which: Counter) -> Vec<u64> {
    let counted = tokens.iter().filter_map(|token| match token {
        Token::Local(counter, number) if *counter == which => Some(*number),
        _ => None,
    });
    let mut numbers: Vec<u64> = counted.collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn place(numbers: &[u64], number: u64) -> u64 {
    numbers.partition_point(|other| *other < number) as u64
}

/// Replaces the numbers of lists by their places; 0, which means none, stays.
fn count_lists(tokens: &mut [Token]) {
    let lists = numbers(tokens, Counter::List);
    for token in tokens {
        if let Token::Local(Counter::List, number) = token
            && *number > 0
        {
            *number = 1 + place(&lists, *number);
        }
    }
}

/// Replaces what the clock was: what became known at one time or another makes a difference only if a request was sent in between.
fn count_clocks(tokens: &mut [Token]) {
    let known = numbers(tokens, Counter::Known);
    let last_known = |sent: u64| {
        let place = known.partition_point(|other| *other <= sent);
        place.checked_sub(1).map_or(0, |last| known[last])
    };
    let sent = numbers(tokens, Counter::Sent).into_iter();
    let mut between: Vec<u64> = sent.map(last_known).collect();
    between.dedup();
    for token in tokens {
        match token {
            Token::Local(Counter::Known, number) => *number = place(&between, *number),
            Token::Local(Counter::Sent, number) => *number = place(&between, last_known(*number)),
            _ => {}
        }
    }
}
