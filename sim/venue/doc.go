// Package venue is a simulated exchange for level 1 data: it matches MARKET,
// LIMIT, STOPMARKET and STOPLIMIT orders, DAY and GTC, in OCO groups, against
// recorded or live quotes and trades. It never fills at a better price than the
// market allowed, and where it must guess it guesses against the trader.
//
// # Contract
//
// A Venue is a pure state machine: same calls, same reports. It keeps no clock;
// time arrives with the calls and must not decrease (a call from before the
// current session finds the market shut). It is not safe for concurrent use. The
// slice that a method returns is good until the next call of any method. Latency
// is the caller's: a request takes effect at the time it is handed over, against
// what the market had said by then; with no latency a market order fills at the
// quote in force.
//
// Memory grows with open orders and, by one map entry each, with every order id
// and OCO number ever used; ids are for one use. A market event costs time
// proportional to the open orders of its instrument at most, and none when there
// are none. Quantities, prices and the reach of one market order are bounded by
// MaxQty, MaxPrice and MaxLevels.
//
// Nothing here moves the market: our fills do not change what the feed says
// next, own orders never trade with each other, and recorded traders do not react
// to us.
//
// # The order of things in a market event
//
// DAY orders whose session is over expire, of every instrument, earliest end
// first. The event is folded into the state. Then, for its instrument: the trade
// meets resting orders; the book meets resting orders, buys first; orders that
// wait meet the book, in order of arrival; stops trigger, in order of arrival,
// and trade at once. Resting orders are served by price, then time.
//
// # Which book is in force
//
// A QuoteChange states the whole book; a TradePrint states the sides it names. A
// book is in force from then on, until the session ends, it goes stale
// (Config.StaleAfter, exactly that old is not yet stale), Withdraw is called or the
// next statement. A crossed book is not in force. A locked one is.
//
//   - An order that arrives while no book is in force is accepted and waits for
//     one: trades do not fill it, and stale, crossed and missing books are not
//     guessed at. A limit order that already rests stays open to trades.
//   - With one side missing, a market order against it waits; a limit order rests.
//   - A trade outside the book (a sweep whose book is still to come, an auction)
//     worsens the price for takers to that trade's until the side is stated again.
//     It never improves it.
//   - A feed that has never stated a book of the instrument has one assumed from
//     the last trade: one tick worse on either side, Profile.Take each. It only
//     serves takers; resting orders are judged by trades alone.
//   - A QuoteChange with a last price is a conflated snapshot: it holds a trade
//     when the cumulative volume grew or, without volumes, when the last price
//     moved; at most Profile.Print of it is believed.
//
// # Taking
//
// A market order takes the displayed size at the quote and then Profile.Depth at
// each tick beyond, up to MaxLevels ticks; what is left waits for the next
// statement. A marketable limit order takes the displayed size only; its
// remainder rests at its limit. What our orders took, of the displayed size and
// beyond, stays taken until the feed states another price or size on that side;
// a repeated statement is no new liquidity. A displayed size is not reduced by
// the trades of others: the next statement does that.
//
// # Resting
//
// Fills of resting orders are at their limit, as maker, and depend on Config.Fill:
// model.go states what each model believes. Sizes shown by the feed are used
// once: by one of our orders, by one side of ours.
//
// For one stream of requests, the quantity filled of every order is at every
// moment in conservative at most what it is in queue, and in queue at most what it
// is in touch. This holds for streams without OCO groups (where a fill takes
// another order away) and without a change that raises a quantity (which finds
// the order filled under one model and open under another). Prices may differ.
//
// # Stops
//
// A stop triggers by Config.Trigger, during a session only, on what an event
// says, not on what was said before. From then on it is a market or limit order
// that arrived in that moment: a gap through the stop fills at the far side of the
// gap. A stop that the market has already reached is rejected, as the broker's
// platform does, and so is a change that would make it so; without a trade or
// quote in the session there is nothing to compare with, and it is accepted.
//
// # Sessions
//
// Calendars are those of the instruments; nil means one session per UTC day. In
// the break nothing fills, nothing triggers and events are ignored altogether;
// book and last trade of the old session are forgotten, so nothing trades on them
// when the next one opens. Orders, DAY or GTC, may be placed, changed and
// cancelled in the break; they belong to the next session. DAY orders expire at
// the end of their session, stamped with it, in the first call at or after that
// time. GTC orders keep their place.
//
// # Groups
//
// A fill of n contracts takes n off every other member of the OCO group (Changed,
// or Cancelled when nothing is left), before anything else can trade. A member
// that is filled completely, cancelled by request, expired, or rejected on
// placing takes the others down (Cancelled), and the group's number is spent: a
// later order with it is rejected. A member placed after partial fills is reduced
// by them on arrival. Members may be of different instruments. An order rejected
// for a used id does not touch the group, nor the order that has the id.
//
// # Changes
//
// A quantity counts what has filled; one not above it cancels the remainder. An
// order keeps its priority when its limit stays and its quantity does not grow;
// otherwise it arrives anew and trades at once if it can.
package venue
