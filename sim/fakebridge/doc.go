// Package fakebridge is the simulated bridge as a server: WebSocket and REST that
// speak the broker's protocol, with its limits, its unknowns and its accidents, for
// any client in any language. The broker itself is package broker, a pure machine;
// this package is its shell: sockets, the real clock, the pace of a recording.
//
// # What is served
//
//	/ws/stream     the protocol, behind Authorization: Bearer TOKEN on the upgrade
//	/v1/api/...    the same functions over REST, on the same budget
//	/control/...   the control API below, for loopback addresses only
//
// # Time
//
// A recording is played at a multiple of real time (Config.Speed), from its own
// first moment; every time stamp in a reply is recorded time. After its end the
// market's clock goes on and the last quotes are repeated. The pace of the streams,
// a snapshot a second, is in recorded time. The budget, the windows of 60 s and the
// delays go by the real clock times Config.BudgetScale. By default that is the speed
// where it is above one: a client at 100x has 300 calls a second, so that it meets
// everything in the proportions of real life. Such a client must count its own
// budget, time-outs and pings on a clock of the same speed.
//
// Speed 0 plays as fast as the client reads: the market's clock jumps from event to
// event, snapshots in gaps of the recording are left out, and the replay waits while
// nobody is subscribed or half of the client's queue is full. With Config.Manual nothing moves by itself:
// Tick catches up with Config.Clock, Step and StepTo play the recording.
//
// Without a feed the quotes are those of Push, and the market's clock is never behind
// them; Withdraw says that there are none for now, and nothing fills until the next.
//
// # In tests
//
// Memory serves without a port; inside a synctest bubble the time package is then
// the only clock there is, and a day passes in a moment. Server.Ledger is the truth
// to compare a client's belief with, Server.Fault sets accidents off, Server.Manual
// acts as a person at the platform. Whoever wants no sockets at all drives a
// broker.Broker, with ParseFrame for the frames.
//
// # Concurrency
//
// All methods may be called from any goroutine; one lock guards the broker, and no
// socket is waited for under it. The Universe and the Feed belong to the server from
// New to Close: give a client of the same process a universe of its own. Close ends
// every goroutine and connection before it returns, calls under way without an
// answer; the ledger and the status can still be read. Shutdown says goodbye first.
//
// # Bounds
//
// A frame of more than MaxFrame bytes closes its connection (1009). MaxQueue frames
// wait for a client; when a client reads so slowly that there are more, it is cut
// off. A REST body has at most MaxFrame bytes. A REST call whose reply is lost waits
// until its client gives up.
//
// # Control
//
// The control API has no password; it answers only loopback addresses and no
// browser's cross-site request. GET: /control/status, /control/ledger (the truth:
// broker.Ledger), /control/quirks, /control/faults. POST: /control/pause,
// /control/resume, /control/step?n=N or ?by=DURATION or ?to=RFC3339,
// /control/speed?x=N, /control/fault?f=NAME[=VALUE][@WHEN] (repeatable), and
// /control/manual with {"api":...,"args":{...}}: a call as a person at the platform
// would make it, free of budget and faults.
package fakebridge
