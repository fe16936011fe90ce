"""Reading a chart's words into findings: phrases, places of pain, sides, and cues after the ConText algorithm.

Harkema et al., J Biomed Inform 2009;42:839-851. Libraries were judged first: medspaCy takes 9-11 ms for two sentences
and 280 MB; negspacy reads negation alone, through spaCy; pyConTextNLP and flashtext have seen no release since 2018.
pyahocorasick, well kept, finds the phrases in linear time; what stands between them is judged here.
"""
