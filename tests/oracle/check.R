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

# All flips, in R's own words. d: cells by blocks; statistics of each flip and cell after n blocks.
statistics <- function(d, m, n, signs) {
	x <- d[, 1:n, drop = FALSE]
	there <- rowSums(!is.na(x))
	x[is.na(x)] <- 0
	sum <- abs(signs[, 1:n, drop = FALSE] %*% t(x))
	scale <- sqrt(n * (rowSums(x^2) + there * m^2))
	past <- sum >= rep(there * m, each = nrow(sum)) * (1 - 1e-9)
	past[1, ] <- sum[1, ] >= there * m * (1 + 1e-9)
	t(t(sum) / ifelse(scale > 0, scale, 1)) + 2 * past
}

# The first flip is the data. limit: of which at most room flips of those not rejected reach.
family_tests <- function(d, m, looks, alpha) {
	signs <- as.matrix(expand.grid(rep(list(c(1, -1)), ncol(d))))
	t <- lapply(looks, function(n) statistics(d, m, n, signs))
	last <- length(looks)
	largest <- function(l, cells) apply(t[[l]][, cells, drop = FALSE], 1, max)
	reach <- function(a, b) a >= b - 1e-9
	x <- d; x[is.na(x)] <- 0
	sums <- abs(signs %*% t(x))
	alone <- sapply(seq_len(nrow(d)), function(i) mean(reach(sums[, i], sums[1, i])))
	p <- numeric(nrow(d))
	at <- rep(last, nrow(d))
	left <- seq_len(nrow(d))
	# The look at which each flip is first rejected, and each look's limit, for a set of cells.
	sequence <- function(cells) {
		first <- rep(Inf, nrow(signs))
		limits <- numeric(last)
		for (l in 1:last) {
			v <- largest(l, cells)
			room <- floor(alpha[l] * nrow(signs) + 1e-9) - sum(first < l)
			open <- sort(v[first >= l], decreasing = TRUE)
			levels <- open[c(TRUE, diff(open) < -1e-9)]
			fits <- sapply(levels, function(x) sum(reach(open, x)) <= room)
			limits[l] <- if (any(fits)) min(levels[fits]) - 1e-9 else Inf
			first[first >= l & v >= limits[l]] <- l
		}
		list(first = first, limits = limits)
	}
	l <- 1
	while (l <= last && length(left)) {
		s <- sequence(left)
		hit <- sapply(left, function(c) {
			ls <- which(sapply(1:l, function(k) t[[k]][1, c] >= s$limits[k]))
			if (length(ls)) ls[1] else NA
		})
		if (all(is.na(hit))) { l <- l + 1; next }
		for (i in which(!is.na(hit))) {
			c <- left[i]
			p[c] <- mean(s$first < hit[i] | reach(largest(hit[i], left), t[[hit[i]]][1, c]))
			at[c] <- l - 1
		}
		left <- left[is.na(hit)]
	}
	if (length(left)) {
		s <- sequence(left)
		order <- left[order(-t[[last]][1, left])]
		before <- 0
		for (k in seq_along(order)) {
			before <- max(before, mean(s$first < last | reach(largest(last, order[k:length(order)]), t[[last]][1, order[k]])))
			p[order[k]] <- before
		}
	}
	c(alone, p, at)
}

# One look: Westfall and Young's step-down, with no limits and no sets.
one_look <- function(d, m, alpha) {
	signs <- as.matrix(expand.grid(rep(list(c(1, -1)), ncol(d))))
	t <- statistics(d, m, ncol(d), signs)
	order <- order(-t[1, ])
	p <- numeric(nrow(d))
	before <- 0
	for (k in seq_along(order)) {
		largest <- apply(t[, order[k:length(order)], drop = FALSE], 1, max)
		before <- max(before, mean(largest >= t[1, order[k]] - 1e-9))
		p[order[k]] <- before
	}
	alone <- family_tests(d, m, ncol(d), 0)[seq_len(nrow(d))]
	c(alone, p, ifelse(p <= alpha * (1 + 1e-12), 0, 1))
}

family <- function(x, y) {
	cells <- y[1]
	looks <- matrix(y[-seq_len(2 + cells)], nrow = 2)
	d <- matrix(x, nrow = cells, byrow = TRUE)
	m <- y[2 + seq_len(cells)]
	if (ncol(looks) == 1) one_look(d, m, looks[2, ]) else family_tests(d, m, looks[1, ], looks[2, ])
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
	family = list(exact, function(x, y, ours) family(x, y)),
	looks = list(exact, function(x, y, ours) family(x, y)),
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
