// Package bus carries messages between the gateway and the workers. It is the only
// importer of NATS.
//
// # One path
//
// Open starts a server inside the process and connects to it through memory: no
// port is opened, nothing is written to disk. With Options.Listen the same server
// also takes workers of other processes; with Options.URL no server is started and
// the bus connects to a running one or a cluster. A message is bytes under a subject:
// what is in it is the business of the gateway and the worker.
//
// On a bus without a port nobody else can be, so Publish puts messages into the queues
// itself, instead of having the server carry them back; requests go through the
// server all the same. The same tests hold both ways to the same promises, and
// whoever uses a Bus cannot tell which it is but by the clock.
//
// # Order
//
// Messages that one Bus publishes on one subject arrive at every subscription in
// the order published, each at most once. Two subjects, or two publishers, have no
// order between them, except that one subscription with a wildcard sees one
// publisher's messages in the order published across the subjects it covers.
//
// Nothing is kept: who subscribes later, or is disconnected, misses what was said
// meanwhile. That a message is missing is never silent where it matters: a Stream
// numbers what it publishes and a Follower reports a Gap. The last message before
// a silence can be missing without a gap; heartbeats are for that.
//
// # Concurrency and blocking
//
// A Bus may be used by several goroutines; a Stream, a Follower and Sub.Next belong
// to one. Publish copies the message and returns; it waits for a server that does
// not read at most WriteTimeout, after which the connection counts as lost. Between
// a lost connection and the next one Publish fails at once with ErrGone: a message
// is sent now or not at all, since an intent that arrives a minute late is worse
// than one that is lost. Data handed to a subscriber belongs to it.
//
// # Bounds
//
//   - MaxMessage bytes in a message; Publish of more is a *TooLarge.
//   - A subscription queues as many messages as it was asked to, 1 to MaxQueue. More
//     are dropped, newest first, and counted: the next message that fits in says in
//     Msg.Lost how many are missing before it, Next says it as a *SlowConsumer, and
//     the event Slow tells at the first of them. Publishers never wait for a
//     slow subscriber. In front of a queue that the server fills, 65536 messages or 64 MB
//     can stand while the process itself is held up.
//   - A function of Handle has no queue: it is called at once, and must neither wait nor
//     publish.
//   - MaxWaiting requests wait at a Serve; the requester of one more gets no answer
//     and its context ends. A request without a deadline is given RequestTimeout.
//   - A Pulse knows 1024 workers; beats of more are passed over.
//   - 64 events wait to be read; then the oldest is dropped.
//
// # Cost
//
// Measured on two cores by BenchmarkRoundTrip: a message to a worker and one back
// take 0.6 µs at the median and 3.5 µs at the 99th percentile on a bus without a port;
// through the server inside the process 9 µs and 60 µs, over a port on the same
// machine 27 µs and 80 µs. What the server costs is the waking of goroutines, five on
// each hop: flushing by hand, queues filled by NATS directly and connections of one's
// own were tried and change a microsecond at most.
//
// # When the bus is gone
//
// A bus without a port loses no messages; its connection is for requests only.
// Anywhere else a lost connection is retried every quarter of a second for ever, with a
// little jitter; subscriptions come back with it. The events Lost and Back say so, and Up
// tells the state now. A server that stops answering is noticed within three
// seconds. Refused credentials after the first connection are retried like an
// outage, with the token read anew.
//
// Whatever must work when the bus is gone must not ask it: the kill switch of a
// gateway is its own, and the bus is only one of the ways to it.
//
// # Close
//
// Close stops taking messages, lets what has arrived reach the queues, writes what was
// published, closes every queue and ends the server. When it returns no goroutine
// of the bus is left. What stands in a queue can still be read.
//
// # Secrets
//
// The token comes from Options.Token, is read at each connection and reaches no
// error and no event. A URL that holds one is refused.
//
// # Not promised
//
// Delivery; exactly one subscriber; who publishes on a subject; that a Sub of one
// Bus is ready before another Bus publishes (ask with Request). Encryption is that of
// a tls:// URL; a port opened with Listen is not encrypted and belongs on a trusted network.
package bus
