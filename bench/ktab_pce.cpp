// Probabilistic Condorcet elections by KTAB's own library, for bench/inside_ktab.py.
//
// Reads from standard input: actors, options, elections, least seconds; then per election the
// weights (actors) and the utilities (actors by options). Writes the seconds one election took,
// and the probabilities of every election, one line each. Links with KTAB's kutils and kmodel.

#include <chrono>
#include <cstdio>
#include <vector>

#include <easylogging++.h>

#include "kmodel.h"

using KBase::KMatrix;

int main() {
  el::Configurations quiet;
  quiet.setToDefault();
  quiet.setGlobally(el::ConfigurationType::Enabled, "false");
  el::Loggers::reconfigureAllLoggers(quiet);
  unsigned int actors, options, elections;
  double least;
  if (scanf("%u %u %u %lf", &actors, &options, &elections, &least) != 4) return 1;
  std::vector<KMatrix> weights, utilities;
  for (unsigned int e = 0; e < elections; e++) {
    KMatrix w(1, actors), u(actors, options);
    double x;
    for (unsigned int a = 0; a < actors; a++) {
      if (scanf("%lf", &x) != 1) return 1;
      w(0, a) = x;
    }
    for (unsigned int a = 0; a < actors; a++) {
      for (unsigned int o = 0; o < options; o++) {
        if (scanf("%lf", &x) != 1) return 1;
        u(a, o) = x;
      }
    }
    weights.push_back(w);
    utilities.push_back(u);
  }
  std::vector<KMatrix> found(elections);
  double best = 1e99, spent = 0;
  while (spent < least) {
    auto start = std::chrono::steady_clock::now();
    for (unsigned int e = 0; e < elections; e++) {
      found[e] = KBase::Model::scalarPCE(
          actors, options, weights[e], utilities[e], KBase::VotingRule::Proportional,
          KBase::VPModel::Linear, KBase::PCEModel::ConditionalPCM, KBase::ReportingLevel::Silent);
    }
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    spent += took.count();
    if (took.count() / elections < best) best = took.count() / elections;
  }
  printf("%.17g\n", best);
  for (const KMatrix& p : found) {
    for (unsigned int o = 0; o < options; o++) printf("%.17g ", p(o, 0));
    printf("\n");
  }
  return 0;
}
