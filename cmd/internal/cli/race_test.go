//go:build race

package cli

import "testing"

func long(t testing.TB) {
	t.Helper()
	t.Skip("computes for long; it runs without the race detector")
}
