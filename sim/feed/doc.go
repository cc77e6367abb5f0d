// Package feed reads, writes, imports, describes, slices and makes recordings:
// market data on disk.
//
// # Sources
//
// Open and NewSource tell a file's form from its content and return a Source. A
// Source yields events whose time never decreases; events of the same time keep
// the order of the file, which is meaningful. A row that would go back in time is
// an error that names both rows. Merge puts several sources into one order.
//
// Prices become ticks exactly: a price that is not on its instrument's grid is a
// bad row, never rounded. An empty price is engine.NoPrice, an empty size
// engine.UnknownQty; a size of 0 is a real zero. Crossed and locked books and
// trades outside the quote are real, are kept, and are counted by Info.
//
// The first bad row is an error with file, row and column, unless
// Options.SkipBad counts them. An instrument that Options.Resolve does not know
// is always an error: leaving out all of its rows would be a different recording.
//
// A file that ends in the middle yields all that is whole and then a TornError
// (with SkipBad: the end, and Tally.Torn).
//
// # Recordings
//
// The project's own form, extension .arrows, is an Arrow IPC stream with these
// columns, in this order; prices and sizes are null when unknown:
//
//	ts          timestamp[ns, UTC]
//	instrument  dictionary of string by int16: the canonical key
//	kind        dictionary of string by int8: Q or T
//	bid, bid_size, ask, ask_size, last, last_size   float64 prices, int64 sizes
//	volume      int64, cumulative in the session
//
// The schema's metadata has tollgate.format, the version ("1"), and
// tollgate.instruments, a JSON list of name, root, tick and point_value; a batch
// that is the first to hold further instruments lists those in its own metadata.
// So a recording can be read where nobody else knows its instruments; what
// Options.Resolve knows goes before what the file says. A dictionary that grows
// is replaced by a longer one, because not every tool reads deltas.
//
// A price is the float64 nearest to the decimal. That is lossless, and checked:
// the writer refuses a price that does not come back as the same number of ticks
// (none below nine million does), and the reader one whose ticks do not give the
// identical float64. Buffers are compressed with zstd, one frame with a checksum
// each; the reader also takes uncompressed ones.
//
// The stream form has no index at its end, so a recording whose writer died is
// good up to the last Flush. One without the end mark is read in full and
// reported as Tally.Unclosed. Recordings cannot be joined by appending files;
// that is an error, where a reader that stops at the end mark would lose the rest.
//
// In Python (pyarrow reads for pandas and DuckDB, polars reads by itself):
//
//	import pyarrow.ipc, polars, duckdb
//	t = pyarrow.ipc.open_stream("es.arrows").read_all()
//	df = t.to_pandas()
//	pl = polars.read_ipc_stream("es.arrows")
//	duckdb.sql("select instrument, kind, count(*) from t group by all").show()
//
// # CSV
//
// Header CSVHeader, no quoting, lines of at most 4096 bytes that end in LF or
// CRLF, empty lines ignored. There is no column for Quote.Volume: it is lost.
//
// # NinjaTrader 8 text exports
//
// Options.Name says the instrument and Options.Zone the zone of the local times.
// A tick becomes a trade with the bid and ask it met, whose sizes are unknown.
//
// A bar becomes one trade, of its close and its volume, at its end. Trades at
// open, high, low and close would claim an order of high and low that nobody
// knows; so those three are checked and dropped. What is lost: the way through
// the bar, how many trades there were, and all quotes. A bar that a strategy
// builds from such a trade has open = high = low = close.
//
// A local time that the clocks showed twice, when they were set back, is the
// earlier instant unless that lies before the row before it; a file that begins
// within the second showing is therefore read an hour early up to its end. A
// time that the clocks skipped is a bad row.
//
// # Databento DBN
//
// Versions 1 to 3, schemas mbp-1, tbbo, trades, bbo-1s, bbo-1m and ohlcv-1s,
// -1m, -1h, -1d; records of other kinds are counted as skipped.
//
//   - mbp-1: action T is a trade with the book it met, F and N are skipped (a fill
//     is the other side of a trade), every other action is a quote with the top
//     as it is then. One that changes neither price nor size is left out and
//     counted as unchanged. A side without a price is a side nobody quotes.
//   - bbo: a quote with the last price but without its size: the same trade is
//     restated until the next, and must not be counted again.
//   - ohlcv: as a NinjaTrader bar. ts_event is the bar's beginning, so the event
//     is later than it by the bar's length.
//
// Events are stamped with the exchange's time, ts_event, so that they agree with
// other sources of the same market; of a sampled book that is the time of the last
// trade, so there it is ts_recv, the end of the interval. The vendor orders a
// file by ts_recv; where several exchange channels are mixed ts_event can go back,
// which is an error, and Options.Clock = ReceiveTime is the way out. Flags are not
// looked at: records in the middle of an exchange message are yielded like others.
//
// Symbols come from the metadata, by instrument id and UTC day, or from the
// naming records of a live stream. ESU4 becomes "ES 09-24" before it is resolved;
// the decade is the first in which the contract is not over. Other symbols
// (equities, ES.c.0) are resolved as they are.
//
// # Synthetic sessions
//
// Generate documents its model. GenerateSample makes the bundled sample.
//
// # Limits
//
// Memory does not grow with the length of a file. No length field of a file is
// trusted: buffers grow with the bytes that arrive. A block of a recording has at
// most 1,048,576 rows, a file at most 32,768 instruments, DBN metadata 64 MiB, a
// zstd window 64 MiB. Nothing here reads a clock or starts a goroutine, and
// nothing is safe for concurrent use; sources that are merged share a Universe
// and must be read by one goroutine.
//
// Not promised: that the bytes of a recording stay the same from one version of
// the compressor to the next (its events do), and random access.
package feed
