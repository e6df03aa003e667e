# SPDX-License-Identifier: GPL-2.0-or-later
# check.R FILE: do what cases.c did again with R, and say as TAP where the two
# differ: 1e-9 where both are exact, 1e-6 where R searches for a root.
suppressWarnings(suppressMessages(has_ties <- require(exactRankTests, quietly = TRUE)))
exact <- 1e-9
near <- 1e-6

numbers <- function(text) if (nchar(text)) suppressWarnings(as.numeric(strsplit(text, " ")[[1]])) else numeric(0)

# NA in ours means that no interval of the level exists: only where the least p says so.
limits <- function(test, ours, level, least_p) {
	pair <- as.numeric(test$conf.int)
	if (any(is.na(ours)) && least_p > 1 - level) ours else pair
}

walsh <- function(x) { m <- outer(x, x, "+") / 2; m[lower.tri(m, diag = TRUE)] }

one_sample <- function(x, ours, is_exact) {
	f <- function(level) suppressWarnings(wilcox.test(x, exact = is_exact, conf.int = TRUE,
		conf.level = level, tol.root = 1e-12))
	a <- f(0.95)
	least <- 2^(1 - length(x))
	c(a$p.value, median(walsh(x)), limits(a, ours[3:4], 0.95, least), limits(f(0.90), ours[5:6], 0.90, least))
}

two_samples <- function(x, y, ours, is_exact) {
	f <- function(level) suppressWarnings(wilcox.test(y, x, exact = is_exact, conf.int = TRUE,
		conf.level = level, tol.root = 1e-12))
	a <- f(0.95)
	least <- 2 / choose(length(x) + length(y), length(x))
	c(a$p.value, median(outer(y, x, "-")), limits(a, ours[3:4], 0.95, least), limits(f(0.90), ours[5:6], 0.90, least))
}

# All flips, in R's own words: p of each cell alone, then step-down max-t.
flips <- function(d) {
	d <- d[, colSums(d != 0) > 0, drop = FALSE]
	if (!ncol(d)) return(rep(1, 2 * nrow(d)))
	signs <- as.matrix(expand.grid(rep(list(c(1, -1)), ncol(d))))
	root <- sqrt(rowSums(d^2))
	t <- abs(d %*% t(signs)) / ifelse(root > 0, root, 1)
	seen <- abs(rowSums(d)) / ifelse(root > 0, root, 1)
	reach <- function(a, b) mean(a >= b - 1e-9)
	alone <- sapply(seq_along(seen), function(i) reach(t[i, ], seen[i]))
	order <- order(-seen)
	adjusted <- numeric(length(seen))
	before <- 0
	for (k in seq_along(order)) {
		largest <- apply(t[order[k:length(order)], , drop = FALSE], 2, max)
		before <- max(before, reach(largest, seen[order[k]]))
		adjusted[order[k]] <- before
	}
	c(alone, adjusted)
}

# The kinds with ties compare p alone: R has no exact interval there.
kinds <- list(
	signed_rank = list(exact, function(x, y, ours) one_sample(x, ours, TRUE)),
	signed_rank_ties = list(exact, function(x, y, ours)
		if (!any(x != 0)) c(1, ours[-1]) else
		c(if (has_ties) wilcox.exact(x[x != 0], exact = TRUE)$p.value else ours[1], median(walsh(x)), ours[-(1:2)])),
	signed_rank_many = list(near, function(x, y, ours) one_sample(x, ours, FALSE)),
	rank_sum = list(exact, function(x, y, ours) two_samples(x, y, ours, TRUE)),
	rank_sum_ties = list(exact, function(x, y, ours)
		c(if (has_ties) wilcox.exact(y, x, exact = TRUE)$p.value else ours[1], median(outer(y, x, "-")), ours[-(1:2)])),
	rank_sum_many = list(near, function(x, y, ours) two_samples(x, y, ours, FALSE)),
	family = list(exact, function(x, y, ours) flips(matrix(x, nrow = y[1], byrow = TRUE))),
	holm = list(exact, function(x, y, ours) p.adjust(x, "holm")),
	quantile = list(exact, function(x, y, ours) quantile(x, y, type = 7, names = FALSE)),
	dist = list(exact, function(x, y, ours) c(qnorm(x[1]), pnorm(x[3]), qt(x[1], x[2]), pt(x[3], x[2]))),
	wilson = list(exact, function(x, y, ours)
		suppressWarnings(as.numeric(prop.test(x[1], x[2], correct = FALSE)$conf.int))))

lines <- strsplit(readLines(commandArgs(TRUE)[1]), "\t", fixed = TRUE)
count <- setNames(integer(length(kinds)), names(kinds))
worst <- setNames(numeric(length(kinds)), names(kinds))
said <- setNames(rep("", length(kinds)), names(kinds))
for (l in lines) {
	kind <- l[1]
	ours <- numbers(l[4])
	theirs <- kinds[[kind]][[2]](numbers(l[2]), numbers(l[3]), ours)
	same_holes <- length(ours) == length(theirs) && all(is.na(ours) == is.na(theirs))
	gap <- if (same_holes) max(0, abs(ours - theirs) / pmax(1, abs(theirs)), na.rm = TRUE) else Inf
	count[kind] <- count[kind] + 1
	if (gap > worst[kind]) {
		worst[kind] <- gap
		said[kind] <- paste0("# data ", l[2], " | ", l[3], "\n# ours ", paste(ours, collapse = " "),
			"\n# R    ", paste(theirs, collapse = " "), "\n")
	}
}
for (i in seq_along(kinds)) {
	kind <- names(kinds)[i]
	bad <- worst[i] > kinds[[i]][[1]] || count[i] < 20
	skip <- if (!has_ties && grepl("_ties", kind)) " # SKIP exactRankTests (r-cran-exactranktests) is not installed" else ""
	cat(sprintf("%s %d - %s: %d data sets, largest difference %.1e%s\n", if (bad) "not ok" else "ok",
		i, kind, count[i], worst[i], skip))
	if (bad) cat(said[i])
}
cat(sprintf("%s %d - %d data sets in all\n", if (sum(count) >= 200) "ok" else "not ok",
	length(kinds) + 1, sum(count)))
cat(sprintf("1..%d\n", length(kinds) + 1))
