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
// permit of the gate.
//
// A Decoder belongs to one goroutine; what Decode returns is valid until the next
// Decode. Nothing here panics on what the broker sends.
//
// # The link
//
// A Link makes the connection, reads it on one goroutine, pings it every 20 s and
// gives it up after two unanswered. It connects again after 1, 2, 4 ... 30 s, and
// never more than four times in any 60 s, restarts of the program included. When
// another program takes the session it does not fight. A refused key ends it. The
// key is in no event and no error.
//
// Bounds: MaxFrame bytes in a frame, more is *TooLarge; MaxInstruments in one
// subscription; 16 faults told of one frame, the rest are left out in silence.
//
// Not promised: a price of exactly 0 is taken for absent, because the broker says 0
// for what it does not know. Amounts of accounts are rounded to cents: they are
// doubles with their noise.
package bridge
