// Package native is the compiled tier: the same strategy source, built by the Go
// toolchain into a copy of this program and run there.
//
// # How a strategy gets into a binary
//
// [Build] writes the sources of the wanted strategies and a few generated lines
// for each into the user's cache, and asks the go command to compile them as if
// they stood in this module (go build -overlay): nothing is written into the
// module, and its go.sum vouches for every dependency. The generated file of a
// package comes first in it, so that its Begin runs before the package's own
// variables are initialised, and its init, which calls Register, after them.
// Package state is per package; so each instance gets its own copy of it.
//
// It is built for the processor this program was built for, whatever the environment
// says, and without fused multiply and add in the strategies: x*y + z rounds twice, as it
// does interpreted.
//
// The binary is kept under a key made from the strategies' sources, the Go
// version and the content of the program that asks, so a second run starts at once.
//
// # What it needs
//
// A go command on PATH and the source of this module, found from the path this
// program was built at, from the folder it is started in, or from TOLLGATE_SOURCE.
//
// The result of a run must be the same as interpreted; tests compare the decisions.
package native
