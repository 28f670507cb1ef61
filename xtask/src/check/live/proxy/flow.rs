// SPDX-License-Identifier: Apache-2.0

//! Bodies of answers as they flow to the controller: whole, slow, cut.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, BodyStream, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use tokio::time::{Instant, sleep, timeout_at};

use super::Shared;
use super::lists::{Recorded, Recording};
use super::script::Fault;
use super::serve::Next;
use super::wire::Reset;

/// A connection that is to end.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut")]
pub(super) struct Cut;

/// What is answered.
pub(super) type Flow = UnsyncBoxBody<Bytes, Cut>;
/// Pieces of a body; an error ends the connection.
pub(super) type Pieces = BoxStream<'static, Result<Bytes, Cut>>;

/// Bytes in a piece of what is throttled, and the pause after each.
const SIP: usize = 2048;
const PAUSE: Duration = Duration::from_millis(20);
/// What was sent before a cut has to be on its way.
const FLUSHED: Duration = Duration::from_millis(20);
/// How long a watch is throttled.
const SLOW: Duration = Duration::from_secs(5);

pub(super) fn whole(bytes: Bytes) -> Flow {
    Full::new(bytes)
        .map_err(|never| match never {})
        .boxed_unsync()
}

pub(super) fn flowing(pieces: Pieces) -> Flow {
    StreamBody::new(pieces.map(|piece| piece.map(Frame::data))).boxed_unsync()
}

/// Few bytes at a time.
pub(super) fn throttled(bytes: Bytes) -> Flow {
    flowing(sips(bytes).boxed())
}

fn sips(bytes: Bytes) -> impl futures::Stream<Item = Result<Bytes, Cut>> {
    stream::unfold(bytes, |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        sleep(PAUSE).await;
        let sip = rest.split_to(rest.len().min(SIP));
        Some((Ok(sip), rest))
    })
}

/// The pieces of a body that comes from the API server.
pub(super) fn pieces(body: kube::client::Body) -> Pieces {
    let frames = BodyStream::new(body);
    let data = frames.filter_map(|frame| async {
        match frame {
            Ok(frame) => frame.into_data().ok().map(Ok),
            Err(_) => Some(Err(Cut)),
        }
    });
    data.boxed()
}

/// Keeps the list that a watch begins with.
pub(super) fn recorded(pieces: Pieces, shared: Arc<Shared>, path: String) -> Pieces {
    let mut recording = Recording::default();
    let heard = pieces.inspect(move |piece| {
        let list = piece.as_ref().ok().and_then(|piece| recording.hear(piece));
        if let Some(list) = list {
            shared.lists.keep(&path, list);
        }
    });
    heard.boxed()
}

/// A list as it was, and what followed.
pub(super) fn after(list: Recorded, pieces: Pieces) -> Pieces {
    stream::iter(list.pieces.into_iter().map(Ok))
        .chain(pieces)
        .boxed()
}

/// A watch that meets with faults, one after the other, until one ends it.
pub(super) fn suffering(pieces: Pieces, shared: Arc<Shared>, reset: Reset) -> Pieces {
    let watch = Suffering {
        pieces,
        next: shared.next_of_watch(),
        slow_until: Instant::now(),
        over: false,
        shared,
        reset,
    };
    stream::unfold(watch, |mut watch| async move {
        let pieces = watch.next().await?;
        Some((pieces, watch))
    })
    .flatten()
    .boxed()
}

struct Suffering {
    pieces: Pieces,
    next: Next,
    slow_until: Instant,
    over: bool,
    shared: Arc<Shared>,
    reset: Reset,
}

impl Suffering {
    async fn next(&mut self) -> Option<Pieces> {
        if self.over {
            return None;
        }
        loop {
            if let Ok(piece) = timeout_at(self.next.at, self.pieces.next()).await {
                return Some(self.flowing(piece?));
            }
            let fault = self.next.fault;
            self.next = self.shared.next_of_watch();
            if !self.shared.is_harmful() {
                continue;
            }
            match fault {
                Fault::CutInEvent => return self.cut().await,
                Fault::ResetWatch => {
                    self.shared.count(fault);
                    self.reset.ask();
                    return Some(self.end());
                }
                Fault::Stalled => {
                    self.shared.count(fault);
                    sleep(self.shared.delay(fault)).await;
                }
                _ => {
                    self.shared.count(fault);
                    self.slow_until = Instant::now() + SLOW;
                }
            }
        }
    }

    fn flowing(&self, piece: Result<Bytes, Cut>) -> Pieces {
        match piece {
            Ok(bytes) if Instant::now() < self.slow_until => sips(bytes).boxed(),
            piece => one(piece),
        }
    }

    /// Waits for the next event, and sends half of it; where none comes soon, it ends between two.
    async fn cut(&mut self) -> Option<Pieces> {
        let Ok(piece) = timeout_at(Instant::now() + SLOW, self.pieces.next()).await else {
            self.shared.count(Fault::DroppedWatch);
            return Some(self.end());
        };
        self.shared.count(Fault::CutInEvent);
        let mut bytes = piece?.ok()?;
        bytes.truncate(bytes.len() / 2);
        let half = stream::iter([Ok(bytes)]);
        Some(half.chain(self.end()).boxed())
    }

    /// The connection ends, once what was sent is on its way.
    fn end(&mut self) -> Pieces {
        self.over = true;
        let cut = async {
            sleep(FLUSHED).await;
            Err(Cut)
        };
        stream::once(cut).boxed()
    }
}

fn one(piece: Result<Bytes, Cut>) -> Pieces {
    stream::iter([piece]).boxed()
}
