// Package report turns the Result of a backtest into what people and programs
// read: text for a terminal, one JSON object, CSV files and a page for a browser.
//
// # Contract
//
// All outputs are made from one summary, so they cannot disagree. What a program
// reads (JSON, CSV) is exact: amounts and prices are decimals, times are integer
// nanoseconds. What a person reads is rounded to the cent, but for the figures of
// the account as a whole, which are exact. Averages and ratios are float64
// statistics, rounded where they are printed; one that the run does not support is
// "n/a" for people and null for programs.
//
// Nothing here reads a clock, the environment or the network; the same Run gives
// the same bytes, but for the elapsed time that the caller measured, which is only
// in the terminal's text and in two lines of the JSON. Only Files touches the
// disk. Nothing panics on an odd Run: an instrument that the universe lacks has a
// stand-in name, an empty run gives an empty report.
//
// # Bounds
//
// The terminal shows at most 12 rows of a table; the page at most 2,000 round
// trips, 200 log lines and, for each instrument, 5,000 lines from entry to exit.
// Marks are gathered by interval, so there are at most four for each interval of
// the chart. The files hold everything the Result holds.
//
// # The page
//
// report.html holds its styles, its script and the charting library (TradingView
// Lightweight Charts, in web/ with its licence and notice). It loads nothing, and
// a content security policy forbids it to. Whatever came from outside (names,
// parameters, reasons, logs) is escaped.
package report
