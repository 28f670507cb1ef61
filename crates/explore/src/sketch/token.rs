// SPDX-License-Identifier: Apache-2.0

//! What a sketch is made of, and how it becomes a number.

use std::hash::Hasher;

use foldhash::SharedSeed;
use foldhash::quality::FoldHasher;
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

/// The canonical form of a value: a number for what it says, and apart from it what means something only beside the rest of a
/// state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Sketch {
    /// Where the lists' places stand is in it, too.
    hash: u64,
    /// In order, as all lists are.
    versions: Box<[(Kind, u64)]>,
    /// Times since the start, in nanoseconds.
    stamps: Box<[i64]>,
    /// Times by the wall clock, in seconds.
    walls: Box<[i64]>,
    /// What the entry of a ticket says.
    tickets: Box<[(u64, u64)]>,
    /// How many tickets were given. It says which the next one is, and nothing else.
    given: u64,
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
        for (kind, version) in &sketch.versions {
            self.add(*kind, *version);
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
        place(&self.versions[kind as usize], &version)
    }
}

/// Where hashes begin: not at 0, which would swallow what it is multiplied with.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// Collects what makes up a state.
#[derive(Clone)]
pub(crate) struct Hash(FoldHasher<'static>);

impl Default for Hash {
    fn default() -> Self {
        Self(FoldHasher::with_seed(SEED, SharedSeed::global_fixed()))
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
    pub(super) fn new(mut tokens: Vec<Token>, given: u64) -> Self {
        count_lists(&mut tokens);
        count_clocks(&mut tokens);
        let versions = of_all(&tokens, |token| match *token {
            Token::Version(kind, version) => Some((kind, version)),
            _ => None,
        });
        let stamps = of_all(&tokens, |token| match *token {
            Token::Stamp(at) => Some(at),
            _ => None,
        });
        let walls = of_all(&tokens, |token| match *token {
            Token::Wall(at) => Some(at),
            _ => None,
        });
        let mut sketch = Self {
            versions,
            stamps,
            walls,
            given,
            ..Self::default()
        };
        sketch.read(&tokens);
        sketch
    }

    fn read(&mut self, tokens: &[Token]) {
        let mut frames = vec![Frame::default()];
        let mut tickets = Vec::new();
        for token in tokens {
            let Some(frame) = frames.last_mut() else {
                break;
            };
            match *token {
                Token::Raw(text) => frame.add(0, text),
                Token::Version(kind, version) => {
                    frame.add(1, place(&self.versions, &(kind, version)));
                }
                Token::Local(_, number) => frame.add(2, number),
                Token::Stamp(at) => frame.add(3, place(&self.stamps, &at)),
                Token::Wall(at) => frame.add(4, place(&self.walls, &at)),
                Token::Ticket(ticket) => frame.ticket = Some(ticket),
                Token::Next => frame.next(&mut tickets),
                Token::Open => frames.push(Frame::default()),
                Token::Close => {
                    frame.next(&mut tickets);
                    let sum = frame.sum;
                    frames.pop();
                    if let Some(outer) = frames.last_mut() {
                        outer.add(5, sum);
                    }
                }
            }
        }
        self.hash = frames.first().map_or(0, |frame| frame.hash.finish());
        self.tickets = tickets.into();
    }

    /// The number that stands for it beside others.
    pub(crate) fn hash(&self, ranks: &Ranks) -> u64 {
        let mut hash = Hash::default();
        hash.add(self.hash);
        for (kind, version) in &self.versions {
            hash.add(ranks.of(*kind, *version));
        }
        for at in &self.stamps {
            hash.add((at - ranks.elapsed).cast_unsigned());
        }
        for at in &self.walls {
            hash.add((at - ranks.wall).cast_unsigned());
        }
        hash.finish()
    }

    /// The number that stands for what the entry of a ticket says; 0 if there is none.
    pub(crate) fn entry(&self, ticket: u64) -> u64 {
        let mut entries = self.tickets.iter();
        entries
            .find(|(of, _)| *of == ticket)
            .map_or(0, |(_, entry)| *entry)
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
    fn next(&mut self, tickets: &mut Vec<(u64, u64)>) {
        if !std::mem::take(&mut self.any) {
            return;
        }
        let entry = std::mem::take(&mut self.hash).finish();
        if let Some(ticket) = self.ticket.take() {
            tickets.push((ticket, entry));
        } else {
            self.sum = self.sum.wrapping_add(entry);
        }
    }
}

/// What some of the tokens hold, in order, each once.
fn of_all<T: Ord>(tokens: &[Token], held: impl Fn(&Token) -> Option<T>) -> Box<[T]> {
    let mut all: Vec<T> = tokens.iter().filter_map(held).collect();
    all.sort_unstable();
    all.dedup();
    all.into()
}

/// The numbers of a counter, in order.
fn numbers(tokens: &[Token], which: Counter) -> Box<[u64]> {
    of_all(tokens, |token| match token {
        Token::Local(counter, number) if *counter == which => Some(*number),
        _ => None,
    })
}

fn place<T: Ord>(all: &[T], one: &T) -> u64 {
    all.partition_point(|other| other < one) as u64
}

/// Replaces the numbers of lists by their places; 0, which means none, stays.
fn count_lists(tokens: &mut [Token]) {
    let lists = numbers(tokens, Counter::List);
    for token in tokens {
        if let Token::Local(Counter::List, number) = token
            && *number > 0
        {
            *number = 1 + place(&lists, number);
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
            Token::Local(Counter::Known, number) => *number = place(&between, number),
            Token::Local(Counter::Sent, number) => *number = place(&between, &last_known(*number)),
            _ => {}
        }
    }
}
