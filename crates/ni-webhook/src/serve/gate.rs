// SPDX-License-Identifier: Apache-2.0

//! The listener, and the streams that it accepts: none stays that is silent, or that has to make room.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum_server::{AddrListener, Address};
use ni_runtime::listen::listen;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep, sleep};

use super::connections::{Connection, Connections};

/// An address, and what holds for the connections to it.
#[derive(Clone, Debug)]
pub struct Door {
    /// Where it listens; of a connection, who is connected.
    pub address: SocketAddr,
    /// The connections that are open.
    pub connections: Connections,
    /// The one that this stands for, once it is accepted.
    pub connection: Option<Arc<Connection>>,
    /// A connection over which no byte went for so long, either way, is closed.
    pub silence: Duration,
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

    // One that waits for room is accepted all the same: it costs one descriptor, and nobody is closed for one that is not there.
    async fn accept_stream(&self) -> io::Result<(Visitor, Door)> {
        let (stream, address) = self.listener.accept().await?;
        stream.set_nodelay(true)?;
        let connection = self.door.connections.admit().await;
        let visitor = Visitor::new(stream, connection.clone(), self.door.silence);
        let door = Door {
            address,
            connection: Some(connection),
            ..self.door.clone()
        };
        Ok((visitor, door))
    }

    fn get_local_addr(&self) -> io::Result<Door> {
        let address = self.listener.local_addr()?;
        Ok(Door {
            address,
            ..self.door.clone()
        })
    }
}

/// The connection that a request came over, as its handler sees it.
#[derive(Clone, Debug)]
pub struct Over(pub Option<Arc<Connection>>);

impl Connected<Door> for Over {
    fn connect_info(door: Door) -> Self {
        Self(door.connection)
    }
}

/// A stream that ends after a silence, or when its connection has to make room.
#[derive(Debug)]
pub struct Visitor {
    stream: TcpStream,
    patience: Pin<Box<Sleep>>,
    silence: Duration,
    connection: Arc<Connection>,
}

impl Visitor {
    fn new(stream: TcpStream, connection: Arc<Connection>, silence: Duration) -> Self {
        Self {
            stream,
            patience: Box::pin(sleep(silence)),
            silence,
            connection,
        }
    }

    /// The connection that this is the stream of.
    pub fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// Passes on what became of a read or write, unless the silence before it was too long.
    fn heard<T>(
        &mut self,
        cx: &mut Context<'_>,
        progress: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if self.connection.closing(cx) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
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
        self.connection.closed();
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
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        // TLS flushes what is below it once it has written all that it had.
        if let Poll::Ready(Ok(())) = flushed {
            self.connection.flushed();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
