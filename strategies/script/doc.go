// Package script loads strategies written as Go source into an interpreter. It
// is the only package that imports the interpreter, and the interpreter never
// sees source directly:
//
//	Read -> parse -> type check against the allowed symbols -> refuse -> rewrite -> interpret
//
// The promise: a script that passes behaves exactly as the same files compiled
// by Go. What is not known to keep that promise is refused, with a reason, the
// place, and what to write instead. The promise is tested: by a corpus of
// programs and by random programs, each run interpreted and compiled and
// compared in everything it says, panics included (-script.programs N for a long
// run, -script.seed N for another one); and by random strategies with indicators,
// timers and orders, compared in every decision on the way through Runner, Desk and
// venue (-script.strategies N).
//
// # For authors: what is accepted
//
// One package in a file or a folder, of functions, methods, constants, types and
// variables, importing tollgate/strategies and the harmless parts of cmp, errors, fmt
// (Sprint, Sprintf, Sprintln, Errorf), maps, math, slices, sort, strconv, strings and time
// (Duration and its constants): if, for, range over slices, arrays and strings,
// switch, labels on loops, structs and embedded structs, arrays, slices, maps,
// pointers, methods, func literals and variables of function types, named types,
// variadic functions, several results, errors made by errors.New and fmt.Errorf.
//
// The handlers are plain functions with fixed names:
//
//	package cross
//
//	import "tollgate/strategies"
//
//	var (
//		n    = strategies.Int("n", 9, 2, 200, "length of the fast average")
//		bars = strategies.Minutes(1)
//		fast = strategies.EMA(bars.Close, n)
//		slow = strategies.EMA(bars.Close, 3*n)
//		both = strategies.Cross(fast, slow)
//	)
//
//	func OnBar(ctx *strategies.Context, b *strategies.Bar) {
//		if both.Up {
//			ctx.Target(1)
//		}
//		if both.Down {
//			ctx.Target(-1)
//		}
//	}
//
// # What is refused
//
// Rules is the whole list as data, Language the same as text: each rule with its
// reason, an example that is refused and one that is accepted instead. In short:
//
//   - what reaches outside: other imports, go, channels, select, print
//   - what cannot be stopped or would hide a fault: defer, recover, recursion,
//     endless loops without a body
//   - what the interpreter gets wrong, see below
//   - what is nested more than 500 levels deep
//   - what would make two runs differ: range over a map, printing types or addresses,
//     a statement that calls a function and reads what that function changes
//
// Recursion is refused, not bounded: a runaway recursion would end the process before
// it could be stopped.
//
// # What is rewritten
//
// Ordinary Go that the interpreter does not know or gets wrong, and that means here
// what it means in Go:
//
//   - generic functions and types, inferred or not: a copy for every combination of
//     type arguments, at most MaxCopies; an interface may be a constraint
//   - min, max, clear, and new with a value
//   - of slices: Sort, SortFunc, SortStableFunc, IsSorted, IsSortedFunc, BinarySearch,
//     BinarySearchFunc, Contains, ContainsFunc, Index, IndexFunc, Max, MaxFunc, Min,
//     MinFunc, Reverse, Equal, EqualFunc, Compare, Clone, Concat, Repeat, Insert, Delete,
//     DeleteFunc, Compact, CompactFunc, Sorted; of maps: Clone, Copy, Equal, and Keys and
//     Values inside slices.Sorted; of cmp: Ordered, Compare, Less, Or
//   - range over a whole number, and range with =
//   - the variables of a loop, one for every turn, for func literals and pointers
//   - for with only an initial statement
//   - several assignments in one, whatever stands on either side
//   - several conditions in a case of a switch without a tag
//   - constants and composite literals inside && and ||
//   - redundant parentheses
//
// A panic inside a copy of a library function is told at the line that called it.
//
// Faults of the interpreter that were found by the tests of this package and are
// refused or rewritten: fallthrough into a default that is not last; a return of
// several values that swaps named results; pointers to a struct variable that is
// assigned a struct literal; a pointer put into an interface inside a loop, which
// is one and the same in every turn; range over a string with the index alone;
// labels inside a case; a constant shifted by a variable; a shift by a negative count; a
// range over a string that is not UTF-8; a float that does not fit the small integer it
// is converted to; a float divided by the
// constant 0; a map literal inside an operand of && or ||; a case with several
// conditions in a switch without a tag; a named result, which keeps what the call
// before left in it and changes the variable that it is assigned to too early; the
// value of a missing key in v, ok := m[k], which stays what it was; a call of a built-in
// function that is not the first of several returned values. Interfaces of the
// script's own are refused altogether: too much about them is wrong. Structs that refer
// to each other get the wrong memory when the interpreter begins with the wrong one of
// them: it is made to begin with the right one, and where there is none they are refused.
//
// # What things cost
//
// An interpreted handler costs some hundreds of nanoseconds before it does
// anything. After that the order of cost is: reading a field of ctx, of the event, of
// a line, or a package variable (cheapest); a local variable; a method of ctx; a
// call of a plain function; a method or func literal of the script (dearest, some
// fifty times a field). So on the hot path: fields, package variables and plain
// functions; methods of ctx to act, not to look. A statement that can panic (an index,
// a division of integers, a pointer that may be nil, a call) costs a little more, for
// its line to be known. What checking, loading and a handler cost on your machine:
//
//	go test -run xxx -bench . ./strategies/script
//
// # The loop
//
// OnQuote, OnTrade and OnBar are not called as functions where that can be avoided.
// Load moves their bodies into one interpreted function that waits for the next event
// as a coroutine does and never returns, which takes most of what a call costs away:
// a backtest with a handler on every quote is about twice as fast. The source is the
// same and so are the decisions; a strategy notices nothing, panics and their lines
// included. Checked.Pulled names the handlers that are in the loop.
//
// A handler stays a plain function when something in it could outlive the event or
// reach the handler otherwise:
//
//   - a func literal, new or & in its body
//   - a method with a pointer receiver called on a local, a slice of a local array
//   - a use of the handler by its name elsewhere in the script
//   - whatever the language gains that the loop has not been taught
//
// Functions that a handler calls may do all of it. Locals that are numbers, strings or
// truth values are declared once for all events, as nothing can hold on to them, and
// cost no memory on an event.
//
// The loop is started by the first event. It takes about 25 KB more for each instance,
// and one goroutine that only ever runs while a handler does: it is the caller that
// waits, so nothing runs at the same time and a handler is over when the call returns.
// A Program may be stepped by different goroutines one after the other, never at
// once, and not by one that is locked to its thread. A panic ends the loop; the next
// event, if there is one, starts it anew with the package variables as they are. A
// handler that the Guard stops panics as a plain one does. When nobody holds a Program
// and its handlers any more, the garbage collector ends its loop: until it runs, the
// goroutine stays. So a testing/synctest bubble, which must end without goroutines, is
// a place for Options.Plain.
//
// # Panics
//
// Program.Locate turns what was recovered from a handler into "file:line: what
// happened" and the source line. The line is that of the statement that failed;
// in a switch whose case expressions fail it is that of the switch, and of a
// statement over several lines it is the first.
//
// # Limits
//
// A source has at most MaxFiles files and MaxBytes bytes. Package variables and
// init functions must be done within InitLimit. Checked and Source are read-only
// and may be shared; a Program belongs to one goroutine. Loading is safe for
// concurrent use; scripts are loaded one after another.
//
// One allocation is bounded: a make, and what is appended at once, by MaxSize items and
// MaxMake bytes, a string of the library (strings.Repeat, Replace, ReplaceAll, Join,
// strconv.FormatFloat) and a variable in a sum of strings by MaxSize bytes; past the
// bound it panics, as compiled Go would not. A value that its type alone
// makes larger than MaxVariable, or a literal of more than MaxSize items, is refused.
// Many allocations are the Guard's: when the program has grown by HeapGrowth, the
// script whose variables hold the most is stopped, and what it held is given back.
//
// # Not promised
//
// Which handlers run in the loop may change with a version of this package; what they
// decide may not. TestPullLanguage, TestPullRandomPrograms and the scenarios of the
// examples compare the two ways.
//
// The sign of a zero may get lost when it is passed to a function of the script or
// returned by one: 1/f(x) can be +Inf interpreted and -Inf compiled. The capacity of a
// slice that append has grown is left open by Go, and differs: cap tells, and so do two
// variables that hold one slice and are both appended to.
//
// Scripts are the user's own: the checks keep out accidents and make escapes hard,
// but this is no sandbox for code of strangers. Without a Guard, a handler that does
// not return holds up its Runner and memory is not bounded; compiled, neither is
// guarded. On processors where the Go compiler
// fuses x*y + z into one operation (arm64, among others; not amd64), compiled
// strategies round once where interpreted ones round twice, unless the product is
// written float64(x*y); and a float that does not fit the small integer it is
// converted to may give another number there.
package script

//go:generate go run ./internal/gen
