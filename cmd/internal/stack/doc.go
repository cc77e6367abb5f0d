// Package stack brings the live program together: from a configuration to a running
// gateway with its workers, bus, journals and control door. Paper trading and live
// trading differ in what is at the other end of the link, and in the clock.
//
// Look is what the program knows while it runs: the gateway's View with the limits of the
// configuration, the state of every strategy, and the 64 newest things told to people.
//
// A data directory belongs to one program at a time; its journals are locked. In it:
//
//	journal/gateway           the gateway's record
//	journal/worker-ACCOUNT    what the worker of an account was stepped with
//	link-attempts             when the link was last tried, over restarts; what connects
//	                          to the broker shares the one beside the directory live
//	control.json              where the running program can be talked to
//	killed                    there while everything is stopped by a kill
//	resumed                   word for the next program that trading may go on
//
// An Upstream is the other kind of link, for those who only listen to the broker's
// quotes: it subscribes and can do nothing else.
package stack
