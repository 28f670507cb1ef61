// SPDX-License-Identifier: Apache-2.0

//! What clients may make the server hold, and what that comes to.
//!
//! Whoever reaches the port can open connections and send bytes, so what one costs is bounded, and so is how many there
//! are. The test below adds it up, and holds it to seven tenths of the memory limit that is shipped.
//! h2's own bounds on resets (20 that were not looked at yet, 50 that are remembered, 1024 errors) stay as they are.

/// The largest body of a review, in bytes.
///
/// The API server takes objects of up to 3 MiB, and the review of an update holds two, besides who asks: 7 MiB, as
/// controller-runtime has it. With etcd's own limit of 1.5 MiB no stored object is larger, so most are far below.
pub const LARGEST_BODY: usize = 7 << 20;

/// Bytes of a body that each request has room for, whatever others do. Nearly all reviews are smaller.
pub const ENTRY: usize = 8 << 10;

/// Bodies up to this size share room of their own, so that none of them waits for a large one.
pub const SMALL: usize = 64 << 10;

/// The room for these.
pub const SMALL_ROOM: usize = 8 << 20;

/// The room for larger ones: two of the largest, or five of an object of 3 MiB.
pub const LARGE_ROOM: usize = 16 << 20;

/// Bytes of these that are judged at once, which takes several times as much memory.
pub const JUDGED_AT_ONCE: usize = 8 << 20;

/// Requests under way at once, over all connections. Those whose body is not complete make room for others.
pub const REQUESTS: usize = 256;

/// Connections at once, unless the command line says otherwise. An API server has a few over HTTP/2; over HTTP/1.1 it has
/// one for each review under way.
pub const CONNECTIONS: u32 = 128;

/// Requests at once on one connection of HTTP/2. Clients in Go take 100 for granted until the server has spoken.
pub const STREAMS: u32 = 100;

/// Bytes that a client may send on one stream before somebody reads them. At 5 ms there and back, a body of 1.5 MiB, as
/// much as etcd takes, needs a second with it, of the four that a review has.
pub const STREAM_WINDOW: u32 = 8 << 10;

/// The same for all streams of a connection: bodies that wait for room must not keep others on it from coming in.
pub const CONNECTION_WINDOW: u32 = STREAMS * STREAM_WINDOW;

/// Bytes of the headers of one request. The API server sends a few hundred, or a token.
pub const HEADERS: u32 = 16 << 10;

/// Bytes that HTTP/1.1 buffers, each way.
pub const BUFFER: usize = 16 << 10;

/// Bytes that TLS buffers for a client that does not read.
pub const TLS_BUFFER: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: usize = 1 << 10;
    const MIB: usize = 1 << 20;

    /// What the manifests allow for.
    const SHIPPED: usize = 256 * MIB;

    /// The process at rest, with ten thousand networks known.
    const REST: usize = 16 * MIB;

    /// Of one connection: records of TLS, each way; buffers of HTTP; its task.
    const CONNECTION: usize = 3 * TLS_BUFFER + 2 * BUFFER + 16 * KIB;

    /// Of one connection's frames of HTTP/2: h2 counts small ones as 256 bytes and takes half of the window of them.
    const FRAMES: usize = CONNECTION_WINDOW as usize / 2;

    /// Of one request: headers, the room of its own, a part that was just read, what waits unread, its task.
    const REQUEST: usize = HEADERS as usize + ENTRY + BUFFER + STREAM_WINDOW as usize + 8 * KIB;

    /// The longest answer to a body that fits into a request's own room: 256 faults, each told twice.
    const ANSWER: usize = 100 * KIB;

    /// What judging takes, as a multiple of the body.
    const JUDGING: usize = 4;

    /// Bodies that are judged at once, of those that have room of their own: one on each worker.
    const WORKERS: usize = 8;

    #[test]
    fn the_worst_that_clients_can_do_together_stays_far_below_the_limit() {
        let connections = CONNECTIONS as usize * (CONNECTION + FRAMES);
        let requests = REQUESTS * (REQUEST + ANSWER);
        let bodies = SMALL_ROOM + WORKERS * JUDGING * SMALL + LARGE_ROOM + JUDGED_AT_ONCE * JUDGING;
        let all = REST + connections + requests + bodies;
        assert!(all <= SHIPPED * 7 / 10, "{} MiB", all / MIB);
    }

    // Bodies that wait for room leave a connection open to others, and the largest has room.
    const _: () = assert!(CONNECTION_WINDOW >= STREAMS * STREAM_WINDOW);
    const _: () = assert!(ENTRY < SMALL && SMALL < LARGEST_BODY && LARGEST_BODY <= JUDGED_AT_ONCE);
    const _: () = assert!(JUDGED_AT_ONCE <= LARGE_ROOM);
}
