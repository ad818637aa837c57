# irace's ablation path over rows that are there: Rscript attribution.R rows.csv factors source target
# rows.csv has columns of factors, seed and loss; source and target are levels, joined by commas as the factors are.
suppressMessages(library(irace))
given <- commandArgs(TRUE)
rows <- read.csv(given[1], colClasses = "character")
factors <- strsplit(given[2], ",")[[1]]
ends <- lapply(given[3:4], function(text) setNames(strsplit(text, ",")[[1]], factors))
lines <- sapply(factors, function(f) sprintf('%s "" c (%s)', f, paste0('"', unique(rows[[f]]), '"', collapse = ",")))
parameters <- readParameters(text = paste(lines, collapse = "\n"))
runner <- function(experiment, scenario) {
  here <- rows$seed == experiment$instance
  for (f in factors) here <- here & rows[[f]] == experiment$configuration[[f]]
  list(cost = as.numeric(rows$loss[here][1]))
}
seeds <- unique(rows$seed)
scenario <- defaultScenario(list(targetRunner = runner, instances = seeds, maxExperiments = 10000,
  firstTest = length(seeds), deterministic = TRUE, logFile = ""))
configurations <- data.frame(.ID. = 1:2, do.call(rbind, lapply(ends, function(e) as.data.frame(as.list(e)))), .PARENT. = NA)
log <- list(allConfigurations = configurations, parameters = parameters, scenario = scenario, iterationElites = 2L,
  irace.version = as.character(packageVersion("irace")), irace_version = as.character(packageVersion("irace")))
file <- tempfile(fileext = ".Rdata"); iraceResults <- log; save(iraceResults, file = file)
sink(stderr()); path <- ablation(file, src = 1L, target = 2L, type = "full", ablationLogFile = NULL); sink()
means <- colMeans(path$experiments[, path$trajectory, drop = FALSE])
chain <- path$configurations[match(path$trajectory, path$configurations$.ID.), factors]
for (i in seq_len(nrow(chain))[-1]) {
  changed <- factors[chain[i, ] != chain[i - 1, ]]
  cat(paste(changed, collapse = "+"), means[i - 1], means[i], sep = "\t"); cat("\n")
}
cat("version", as.character(packageVersion("irace")), R.version$major, R.version$minor, sep = "\t"); cat("\n")
