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
use super::script::{End, Fault};
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

/// A watch that meets its end.
pub(super) fn ending(pieces: Pieces, end: End, shared: Arc<Shared>, reset: Reset) -> Pieces {
    let watch = Ending {
        pieces,
        at: Instant::now() + end.after,
        end,
        struck: false,
        over: false,
        shared,
        reset,
    };
    stream::unfold(watch, |mut watch| async move {
        let piece = watch.next().await?;
        Some((piece, watch))
    })
    .flat_map(|pieces| pieces)
    .boxed()
}

struct Ending {
    pieces: Pieces,
    at: Instant,
    end: End,
    struck: bool,
    over: bool,
    shared: Arc<Shared>,
    reset: Reset,
}

impl Ending {
    async fn next(&mut self) -> Option<Pieces> {
        if self.over {
            return None;
        }
        if self.struck {
            return self.slowed().await;
        }
        if let Ok(piece) = timeout_at(self.at, self.pieces.next()).await {
            return Some(one(piece?));
        }
        if !self.shared.is_harmful() {
            self.struck = true;
            self.at = Instant::now();
            return self.slowed().await;
        }
        self.struck = true;
        self.shared.count(self.end.fault);
        match self.end.fault {
            Fault::CutInEvent => self.cut_in_event().await,
            Fault::ResetWatch => {
                self.reset.ask();
                self.over = true;
                Some(one(Err(Cut)))
            }
            Fault::Stalled => {
                sleep(self.shared.delay(Fault::Stalled)).await;
                self.at = Instant::now();
                self.slowed().await
            }
            _ => {
                self.at = Instant::now() + SLOW;
                self.slowed().await
            }
        }
    }

    /// Waits for the next event, and sends half of it.
    async fn cut_in_event(&mut self) -> Option<Pieces> {
        let piece = self.pieces.next().await?;
        self.over = true;
        let mut bytes = piece.ok()?;
        bytes.truncate(bytes.len() / 2);
        let cut = async {
            sleep(FLUSHED).await;
            Err(Cut)
        };
        Some(stream::iter([Ok(bytes)]).chain(stream::once(cut)).boxed())
    }

    /// What comes is throttled until then.
    async fn slowed(&mut self) -> Option<Pieces> {
        let piece = self.pieces.next().await?;
        match piece {
            Ok(bytes) if Instant::now() < self.at => Some(sips(bytes).boxed()),
            piece => Some(one(piece)),
        }
    }
}

fn one(piece: Result<Bytes, Cut>) -> Pieces {
    stream::iter([piece]).boxed()
}
