// Package feed reads, writes, imports, describes, slices and makes recordings.
package feed
