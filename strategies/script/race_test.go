//go:build race

package script

// slower is how many times fewer rounds the random tests run: under the race detector
// everything takes that much longer.
const slower = 10
