// Package engine holds the words of Tollgate and the Desk.
package engine
