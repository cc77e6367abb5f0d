// Package bridge speaks CrossTrade's WebSocket protocol: a codec, which is pure,
// and the link, which owns the one connection.
//
// # The codec
//
// A Decoder takes frames apart: bytes to engine's words, prices to ticks or an
// error. Where the vendor's pages disagree, every form they show is taken; where they
// are silent, what is absent stays absent. Unknown members are ignored, frames of
// unknown types are handed on as Unknown. Prices never pass through float64.
//
// A Call that only reads may be made by anybody. A Call that changes something at
// the broker can only be made from an *engine.Send, which cannot exist without a
// permit of the gate: by Order for what the Desk sends, by an Act for the broker's
// functions that move several things at once.
//
// A Decoder belongs to one goroutine; what Decode returns is valid until the next
// Decode. Nothing here panics on what the broker sends.
//
// # The link
//
// A Link makes the connection, reads it on one goroutine, pings it every 20 s and
// gives it up after two in a row that nobody answers: 60 s at most after the line
// died. It connects again after 1, 2, 4 ... 30 s and up to a quarter more, from 1 s
// again after more than a minute of health, and never more than four times in any
// 60 s, restarts of the program included. It follows no redirect. Four attempts just
// now are assumed when their file cannot be read or makes no sense; when it cannot
// be written no attempt is made and Run returns the error.
//
// When another program takes the session the link does not fight: it waits for
// Takeover, called after the Down event, or for the configured time. After any other
// violation, and after an answer that there were too many attempts, it waits a
// minute. A refused or unusable key ends it. The key is in no event and no error,
// even when the broker repeats it.
//
// A Subscriber is a link for those who only listen: it can write subscriptions and
// nothing else.
//
// Events come in order and on one channel, which is closed when Run returns. When
// 1024 of them wait nothing more is read until somebody takes one; pings then go
// unanswered and the connection ends, but nothing that was read is lost.
//
// Bounds: MaxFrame bytes in a frame, more is *TooLarge when writing and ends the
// connection when reading; MaxInstruments in one subscription; 16 faults told of one
// frame, the rest are left out in silence.
//
// Not promised: a price of exactly 0 is taken for absent, because the broker says 0
// for what it does not know. Amounts of accounts are rounded to cents: they are
// doubles with their noise.
package bridge
