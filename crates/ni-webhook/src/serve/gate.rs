//! Who is let in: so many connections at once, and none that stays silent.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum_server::{AddrListener, Address};
use ironcore_api::listen::listen;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};

use crate::metrics::Metrics;

/// An address, and what holds for the connections to it.
#[derive(Clone, Debug)]
pub struct Door {
    /// Where it listens; of a connection, who is connected.
    pub address: SocketAddr,
    /// As many connections are open at once.
    pub slots: Arc<Semaphore>,
    /// A connection over which no byte went for so long, either way, is closed.
    pub silence: Duration,
    /// Where its connections are counted.
    pub metrics: Option<Metrics>,
}

/// A door that is open.
#[derive(Debug)]
pub struct Gate {
    door: Door,
    listener: TcpListener,
}

impl Address for Door {
    type Stream = Visitor;
    type Listener = Gate;
}

impl AddrListener<Visitor, Door> for Gate {
    async fn bind_to(door: Door) -> io::Result<Self> {
        let listener = listen(door.address, TcpListener::bind).await?;
        Ok(Self { door, listener })
    }

    // The slot comes first: without one, connections wait in the system's bounded queue and cost no descriptor.
    async fn accept_stream(&self) -> io::Result<(Visitor, Door)> {
        let slot = self.door.slots.clone().acquire_owned().await;
        let slot = slot.map_err(io::Error::other)?;
        let (stream, address) = self.listener.accept().await?;
        stream.set_nodelay(true)?;
        let door = Door {
            address,
            ..self.door.clone()
        };
        Ok((Visitor::new(stream, slot, &door), door))
    }

    fn get_local_addr(&self) -> io::Result<Door> {
        let address = self.listener.local_addr()?;
        Ok(Door {
            address,
            ..self.door.clone()
        })
    }
}

/// A connection that holds its slot until it ends, which it does after a silence.
#[derive(Debug)]
pub struct Visitor {
    stream: TcpStream,
    patience: Pin<Box<Sleep>>,
    silence: Duration,
    metrics: Option<Metrics>,
    _slot: OwnedSemaphorePermit,
}

impl Visitor {
    fn new(stream: TcpStream, slot: OwnedSemaphorePermit, door: &Door) -> Self {
        if let Some(metrics) = &door.metrics {
            metrics.connected();
        }
        Self {
            stream,
            patience: Box::pin(sleep(door.silence)),
            silence: door.silence,
            metrics: door.metrics.clone(),
            _slot: slot,
        }
    }

    /// Passes on what became of a read or write, unless the silence before it was too long.
    fn heard<T>(
        &mut self,
        cx: &mut Context<'_>,
        progress: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if progress.is_ready() {
            self.patience.as_mut().reset(Instant::now() + self.silence);
            return progress;
        }
        self.patience
            .as_mut()
            .poll(cx)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        if let Some(metrics) = &self.metrics {
            metrics.disconnected();
        }
    }
}

impl AsyncRead for Visitor {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let progress = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.heard(cx, progress)
    }
}

impl AsyncWrite for Visitor {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.heard(cx, progress)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.heard(cx, progress)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
