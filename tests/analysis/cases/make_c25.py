"""c25: numbers of rliable 1.2.0 and autorank 1.3.0 (with pandas 2.3), on c23 and on a made table of five cells."""
import json, numpy as np, pandas as pd
from rliable import library as rly, metrics
d=pd.read_csv("c23_data_sets.csv")
out={"versions":{"rliable":"1.2.0","autorank":"1.3.0"}}
M={f:g.pivot(index="seed",columns="data",values="loss").to_numpy() for f,g in d.groupby("flag")}
np.random.seed(0)
pt,ci=rly.get_interval_estimates(M,lambda x:np.array([metrics.aggregate_iqm(x)]),reps=20000)
out["iqm"]={f:{"iqm":float(pt[f][0]),"low":float(ci[f][0,0]),"high":float(ci[f][1,0])} for f in M}
pairs={"on,off":(-M["on"],-M["off"])}
pt,ci=rly.get_interval_estimates(pairs,metrics.probability_of_improvement,reps=5000)
out["improvement_lower"]={"p":float(pt["on,off"]),"low":float(np.ravel(ci["on,off"])[0]),"high":float(np.ravel(ci["on,off"])[1])}
out["iqm_of_three"]=float(metrics.aggregate_iqm(M["on"][:,:1])); out["three"]=M["on"][:,0].tolist()
# ranks
import autorank
rng=np.random.default_rng(5)
base=rng.normal(0,1,10); X=pd.DataFrame({n:np.round(base+m+rng.normal(0,.3,10),2) for n,m in (("a",0),("b",.1),("c",.5),("d",.6),("e",1.0))})
X.loc[3,"b"]=X.loc[3,"a"]  # a tie
r=autorank.autorank(X,alpha=.05,order="ascending",force_mode="nonparametric",verbose=False)
out["ranks"]={"data":X.to_dict("list"),"mean_rank":r.rankdf["meanrank"].to_dict(),"cd":float(r.cd),"p":float(r.pvalue),"omnibus":r.omnibus,"posthoc":r.posthoc}
json.dump({"source":"make_c25.py","response":"loss","r_command":"rliable 1.2.0, autorank 1.3.0","expected":out},open("c25_robust_summaries.json","w"),indent=1)
