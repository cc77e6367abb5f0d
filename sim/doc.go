// Package sim drives the same Desk and Runner that trade live against a pretend
// venue, in one world with one clock: the events' own.
//
// # The order of things
//
// At every moment the world first delivers what is due (timers, requests on their
// way to the venue, reports on their way back), oldest first, then the next market
// event. A market event reaches the venue first, which may fill resting orders;
// with no latency those reports are delivered before the strategies see the event,
// so that a strategy knows its position when it looks at a quote. Then the Desk
// takes the event, then the strategies, then whatever they asked for.
//
// Latency is one-way: a request leaves at t, is at the venue at t+latency, and
// what the venue says is back at t+2*latency. A request that arrives at the very
// time of a market event meets the market as it was before it.
//
// # Same input, same result
//
// Nothing in a world depends on the clock, on randomness or on the order of a
// map. The same recording, strategy and settings give the same decisions hash and
// the same result, on every machine with IEEE arithmetic of the same architecture.
//
// # Bounds
//
// Memory does not grow with the length of the recording: the equity curve and the
// price chart are thinned by halving when they reach their bound. It grows with the
// number of orders and fills, because all of them are reported.
//
// A World is used once, by one goroutine.
package sim
