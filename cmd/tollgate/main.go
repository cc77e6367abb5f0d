// Command tollgate runs trading strategies written as Go scripts.
package main

import (
	"os"

	"tollgate/cmd/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
